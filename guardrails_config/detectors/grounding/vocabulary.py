"""Words that carry no meaning of their own, words of other languages, and words that stand for each other."""

from __future__ import annotations

_ENGLISH = """
a able about above across actually after afterwards again against ago ahead all almost already also although always am
among an and another any anybody anyone anything anyway apart are aren't around arrive arrives as aside at available
away back be became because become been before begin begins behind being below besides between both but by can can't
cannot come comes coming could couldn't did didn't do does doesn't doing don't done down during each eight either
eleven else enough enter entered enters even ever every everybody everyone everything except few fifteen fifty fine
first five for forty four from further get gets getting give given gives go goes going good got great had half happen
happens has hasn't have haven't having he help her here hers him his how however hundred i if in indeed inside instead
into is isn't it it's its itself just keep last later least less let let's lets like likely little long longer lot
lots made make makes many may maybe me mean means might more most much must my need needed needs neither never new
next nine ninety no none nor not nothing now of off often ok okay on once one only onto open or other others otherwise
our ours out over own per perhaps please possible put quite rather really right run running runs same say says see
seems seven several shall she should simply since six sixty so some somebody somehow someone something sometimes soon
start started starts still straight such sure take takes ten than thank thanks that that's the their them then there
there's these they thing things thirty this those though three through thus till to together too total toward twelve
twenty two under unless until up upon us use used uses using usually very via want wants was wasn't way we we'll well
were weren't what whatever when where whether which while who whole whom whose why will with within without won't work
working works would wouldn't yes yet you you'll your yours yourself
"""
FUNCTION_WORDS = frozenset(_ENGLISH.split())
"""English words that say nothing about what a statement is about, small numbers among them."""

_OTHERS = """
al au auch auf aus aux avec bei bis ce cette che com con da dans das del della dem den der des di dla dos du een ein
eine einem einen einer el em en es est et für gli het ihr ihre il im innerhalb ist jest kan kann kein keine können la
las le les lo los met mit na nach ne nel nicht nie niet noch non nous nur não o oder op os ou par para pas peut pode
por pour puede può que qui se sie sind się son sono sont su sur sus są te uma un una und une uns usted uw van você von
voor vos votre vous werden wij wir wird y zijn zu zum zur é
"""
OTHER_LANGUAGES = frozenset(_OTHERS.split())
"""Function words of German, French, Spanish, Italian, Portuguese, Dutch and Polish that are no English words."""

SAME = {
    "phone": "telephone",
    "email": "e-mail",
    "mail": "e-mail",
    "mails": "e-mail",
    "sms": "text",
    "texts": "text",
    "message": "text",
    "messages": "text",
    "money": "refund",
    "erasure": "erase",
    "removed": "erase",
    "deleted": "erase",
    "deletion": "erase",
    "costs": "price",
    "cost": "price",
    "prices": "price",
    "fee": "price",
    "fees": "price",
    "charge": "price",
    "tariff": "plan",
    "subscription": "plan",
    "customer": "client",
    "customers": "client",
    "login": "sign",
    "log": "sign",
    "sign-in": "sign",
    "us": "states",
    "usa": "states",
    "uk": "kingdom",
    "choose": "select",
    "pick": "select",
    "reschedule": "move",
    "rescheduled": "move",
    "minimum": "least",
    "smallest": "least",
    "maximum": "most",
}
"""Words of support that stand for each other often enough. A wrong pair hides a wrong word, so there are few."""
