"""The words and turns of phrase that say the same in a support question: short, closed lists, read by `reading`.

Every entry lets two wordings share an answer, so what is not here counts as a difference. Words that only sometimes
mean the same ("remove" and "delete", "member" and "user") are left apart on purpose.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words("a an the my our just simply actually really basically exactly")
"""Words that never tell two questions apart. Prepositions are not among them: one books for or with a client."""

DETERMINERS = _words("a an the my our your his her their this that any some each every all no another")
"""What stands before a noun: a word of ACTIONS behind one of them names a thing."""

_COUNTED = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty
"""
NUMBERS = {word: str(number) for number, word in enumerate(_COUNTED.split())} | {
    "single": "1",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}

_SAME = """
delete erase
change update modify alter amend switch
configure setup
find locate
see view
get obtain receive
buy purchase
create generate
sync synchronize synchronise
connect integrate
restore recover undelete
merge combine
prevent avoid
need require
do does
is are am
subscription plan
phone mobile smartphone cellphone telephone
photo picture
limit maximum max cap
teammate coworker colleague
yearly annual annually
recurring repeating
eur euro
percent pct
gb gigabyte
mb megabyte
kb kilobyte
hour hr
organization organisation
customize customise
canceled cancelled
color colour
favorite favourite
center centre
license licence
fulfill fulfil
"""
SYNONYMS = {word: group.split()[0] for group in _SAME.strip().splitlines() for word in group.split()}
"""A word's stem → the one that stands for all of its group."""

AUXILIARIES = frozenset({"do", "is", "will"})
"""Words (by stem) whose place tells a question from a clause, not one question from another."""

ACTIONS = _words("""
accept activate add approve archive assign block book buy cancel change charge close configure connect contact convert
copy create customize delete disable disconnect download duplicate edit enable export find freeze hide import install
invite issue leave link lock log_in log_out merge move mute open order pair pause pay print publish reactivate refund
reject remove rename renew reopen replace reschedule reset resend restore resume return rotate schedule see sell send
share show sign_up sort split start stop submit sync test track transfer unblock undo unlink unlock upgrade
downgrade upload use verify
""")
"""Verbs (by stem) that may stand before or behind their object: "change my password", "my password: how do I change
it"."""

ORDERS = _words("""
activate add cancel configure connect create customize deactivate delete disable disconnect download edit enable install
invite merge reactivate remove rename reschedule resend restore send submit unblock uninstall unlink unlock upload
verify
""")
"""Verbs (by stem) that are nothing but verbs: a bare phrase that begins with one asks how it is done, while "open
invoice" and "test account" ask what these are."""

SENTENCE_WORDS = _words("""
am are be been being can could did do does had has have he how i if is it me may might must not shall she should that
there they this us was we were when where which who whose why will would you
""")
"""Without any of these a text is a bare phrase ("refund policy") or an order ("cancel subscription")."""

E_VERBS = _words("""
activate archive change charge close combine configure continue create customize deactivate decline decrease delete
disable downgrade duplicate edge enable erase exchange exclude expire freeze generate handle hide include increase
integrate invite invoice issue leave like locate make manage merge migrate modify move mute operate pause phone place
postpone prepare price produce provide purchase reactivate receive recharge rate reduce release remove rename
renegotiate reopen replace require reschedule resume retrieve rotate save schedule secure separate serve share store
subscribe synchronize take terminate trade translate type unsubscribe update upgrade use validate vote write
""")
"""Verbs whose final e the ending -ing swallows."""

UNCHANGED = _words("""
access address analytics always billing bonus bus business does during evening existing gas has his hers listing meeting
minus missing morning news otherwise ours outstanding pending plus pricing process progress series setting settings
sales sms spring status string success theirs this thus training us various virus was yes yours
""")
"""Words that look like a plural or a gerund and are none, or mean something else as one."""

_MISSPELT = """
accomodate:accommodate acccept:accept acces:access accout:account acount:account addres:address adress:address
apointment:appointment appoinment:appointment appointement:appointment authentification:authentication
authetication:authentication becuase:because buisness:business calandar:calendar calender:calendar cancle:cancel
cancell:cancel chagne:change chnage:change conect:connect connet:connect costumer:customer definately:definitely
delet:delete delte:delete discout:discount docment:document donwload:download downlaod:download eamil:email
emial:email exprot:export improt:import intergration:integration invocie:invoice invioce:invoice invoce:invoice
langauge:language managment:management memeber:member mesage:message messge:message notifcation:notification
occured:occurred passowrd:password pasword:password passwrod:password payement:payment paymant:payment
pyament:payment permision:permission posible:possible prefered:preferred reciept:receipt recieve:receive
recomend:recommend reccuring:recurring recuring:recurring refudn:refund remeber:remember remider:reminder
schedual:schedule seperate:separate shedule:schedule subcription:subscription subscribtion:subscription
subsciption:subscription succesful:successful sucessful:successful taht:that teh:the tommorow:tomorrow
tommorrow:tomorrow transfered:transferred trasnfer:transfer untill:until upgarde:upgrade verfication:verification
waht:what wich:which
cant:can't couldnt:couldn't didnt:didn't doesnt:doesn't dont:don't hasnt:hasn't havent:haven't im:i'm isnt:isn't
shouldnt:shouldn't wasnt:wasn't werent:weren't wont:won't wouldnt:wouldn't whats:what's
"""
MISSPELLINGS = dict(pair.split(":") for pair in _MISSPELT.split())
"""Misspellings that are no words themselves. Guessing at others would make "contract" of "contact"."""

_ASIDES = (
    r"^(hi|hello|hey|greetings|good (morning|afternoon|evening|day))( (there|team|all|everyone|everybody|support))?",
    r"\b(many thanks|thanks|thank you|thx|cheers|kind regards|best regards|regards)"
    r"( (in advance|a lot|so much|very much|again))?( (hi|hello))?",
    r"\b(please|pls|plz|kindly)\b",
    r"^sorry (to bother you|for bothering you)",
    r"^((just )?(a )?quick question|just wondering|i have a question)",
)
_ASKED = r"(can|could|would|will) (you|somebody|someone|anybody|anyone)"
_TELL = (
    rf"({_ASKED} (tell|show|explain to|help) (me|us)( to| with)?|{_ASKED} explain"
    r"|(would|do) you mind (telling|showing) (me|us)|do you know|(may|can|could) i ask( you)?"
    r"|(i|we) (was|am|were|are) wondering|(i|we) (would like|want|need) to (know|ask|understand|learn)"
    r"|let (me|us) know|tell (me|us)|show (me|us)|help (me|us))"
)
_HELP = rf"(({_ASKED} )?help (me|us)( to| with)?|(i|we) need help( to| with)?)"
_ANY_WH = r"(how|where|when|why|what|which|who|whose)"
_SELF = r"(i|we)"
_LOOK = r"( (find|see|view|locate))?"

COMMON = FILLERS | ACTIONS | SENTENCE_WORDS | E_VERBS | frozenset(SYNONYMS)
"""A name that is written like one of these is another word: "Make" is no making."""

REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        *((aside, " ") for aside in _ASIDES),
        (r"^((?:on|in|for|at) (?:\w+ ){1,4}?)((?:how|can|could|where|when|why|who|is|are|do|does) .+)$", r"\2 \1"),
        # What a question is wrapped in.
        (rf"(^| ){_TELL} (if|whether) {_SELF} (can|could|may)\b", " CAN-I "),
        (rf"(^| ){_TELL} (?={_ANY_WH}\b)", " "),
        (rf"(^| )(?!let ){_TELL} (if|whether)\b", " "),
        (rf"(^| ){_HELP} (?!if\b|about\b|that\b|this\b|it\b|out\b)", " HOW-I "),
        # What it asks for, and of whom.
        (
            r"\b(what is|what are|what was) the (best |easiest |right |correct )?(ways?|steps?|process) (to|for)\b",
            " HOW-I ",
        ),
        (rf"\bwhat (do|should|must|can) {_SELF} ((have|need) to )?do (in order )?to\b", " HOW-I "),
        (rf"\bhow (do|does|can|could|would|should) {_SELF}\b( go about)?", " HOW-I "),
        (rf"\bhow {_SELF} (can|could|should)\b", " HOW-I "),
        (r"\bhow to\b", " HOW-I "),
        (r"\bhow$", " HOW-I "),
        (rf"^{_SELF} (want|wish|need|would like|am trying|are trying) to\b(?! (know|talk|speak))", " HOW-I "),
        (r"\bHOW-I do (it|that|this|so)$", "HOW-I"),
        (r"^HOW-I (.+) HOW-I$", r"HOW-I \1"),
        (r"\b(is|would) it (be )?(possible|allowed|permitted|ok|okay)( for (me|us))? to\b", " CAN-I "),
        (rf"\b(am|are) {_SELF} (able|allowed|permitted) to\b", " CAN-I "),
        (r"\bis there (a|any|some) (way|possibility|option)( for (me|us))? to\b", " CAN-I "),
        (rf"^(can|could|may) {_SELF}\b", " CAN-I "),
        (rf"\bwhere (do|can|could|would|should) {_SELF}\b{_LOOK}", " WHERE-I "),
        (rf"\bwhere {_SELF} (can|could)\b{_LOOK}", " WHERE-I "),
        (r"\bwhere$", " WHERE-I "),
        (r"^((?:\w+ ){1,4})(HOW-I|WHERE-I|CAN-I) (\w+) it$", r"\2 \3 \1"),
        (r"\bhow come\b|\bwhat is the reason( (that|why))?\b", " why "),
        (r"\bhow much (do|does) (?!i\b|we\b|you\b)(.+?) cost\b", r" PRICE-OF \2 "),
        (r"\bwhat (do|does) (?!i\b|we\b|you\b|it\b)(.+?) cost\b", r" PRICE-OF \2 "),
        (r"\bhow much (is|are)\b", " PRICE-OF "),
        (r"\bwhat (is|are) the (cost|costs|price|prices) (of|for)\b", " PRICE-OF "),
        (r"\b(do you (have|offer|provide)|is there|are there)\b", " there "),
        (r"\bwhat (is|are)\b", " what "),
        # Names of one thing in several words.
        (r"\b(log|sign) ?in(to)?\b|\blogin\b", " log_in "),
        (r"\b(log|sign) ?out( of)?\b|\blogout\b", " log_out "),
        (r"\bsign ?up\b|\bregister\b", " sign_up "),
        (r"\b(turn|switch) on\b", " enable "),
        (r"\b(turn|switch) off\b", " disable "),
        (r"\bset(ting)? up\b", " configure "),
        (r"\bget rid of\b", " delete "),
        (
            r"\bget (a |my |our )?refund\b( for| of)?|\bget (my |our )?money back\b( for)?|\bget refunded( for)?\b",
            " get_refund ",
        ),
        (r"\b(free of charge|for free)\b", " free "),
        (r"\bemail address\b", " email "),
        (r"\bmobile phone|cell phone\b", " phone "),
        (r"\b2 (factor|step) (authentication|auth|verification)\b|\b2 (fa|FA)\b", " two_factor "),
        (r"\b1 sign ?on\b", " sso "),
        (r"\b(per|each|every) month\b", " monthly "),
        (r"\b(per|each|every) year\b", " yearly "),
        (r"\b(per|each|every) week\b", " weekly "),
        (r"\b(per|each|every) day\b", " daily "),
        (r"\bnon profits?\b|\bnot for profits?\b", " nonprofit "),
        (r"\bteam mates?\b|\bco workers?\b", " colleague "),
        (r"\b(can not remember|have forgotten)\b", " forgot "),
        (r"\b(am|are|is) (unable|not able) to\b|\bunable to\b", " can not "),
    )
)
"""In this order; words in capitals are forms of question, with -I where the asker is the one who acts."""
