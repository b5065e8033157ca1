"""What a document says that assistants do or owe from now on, and what no documentation would have them do."""

from __future__ import annotations

import re

from guardrails_config.detectors.machines import HELPER, MACHINE
from guardrails_config.detectors.patterns import Pattern

_NAME = rf"(?:{MACHINE}|{HELPER}|\b(?:the|each|every|any|all) agents?\b)"
_FROM_NOW = (
    r"(?:from (?:now|here|today|this (?:point|moment|line|day)|here) ?(?:on(?:wards?)?|forward)?|as of (?:today|"
    r"now)|effective (?:immediately|now|today)|"
    r"starting (?:now|today)|ab (?:sofort|jetzt|heute)|von nun an|fortan|desormais|dorenavant|a (?:partir|compter|"
    r"dater) (?:de maintenant|d'aujourd'hui|de ce jour)|ab dem heutigen tage?|des maintenant|a partir de agora|"
    r"a partir de ahora|"
    r"desde ahora|de ahora en adelante|da (?:ora|adesso|oggi) in poi|a partire da (?:ora|adesso)|vanaf nu|voortaan|"
    r"per direct|od teraz|od dzisiaj|odtad|"
    r"fran och med nu|fran (?:nu|och med idag)|hadanefter|(?:da|desde) (?:oggi|hoy|hoje)|su andan itibaren|"
    r"bundan (?:sonra|boyle)|simdiden itibaren|od ted|ode dneska|od nynejska)"
)
_MODAL = (
    r"(?:must|shall|should|has to|have to|is to|are to|are (?:hereby )?(?:obliged|required|allowed|authori[sz]ed|"
    r"instructed) to|will|needs? to|(?:has|have) been (?:granted|given|authori[sz]ed|allowed|cleared|permitted|"
    r"told|instructed)|is (?:hereby )?(?:released|freed|exempt|allowed|authori[sz]ed|permitted|"
    r"instructed|required|told|ordered|obliged)|may now|no longer (?:needs?|has)|works? for|belongs? to|"
    r"muss|mussen|soll|sollen|sollte|darf|durfen|hat zu|haben zu|doi(?:t|vent)|devrai\w+|peut desormais|"
    r"debe\w{0,2}|deben|tiene que|tienen que|"
    r"deve\w{0,2}|devem|tem de|tem que|devono|dovra\w*|dovrebbe|moet\w{0,2}|mag|mogen|dient|musi|musza|ma|maja|"
    r"powini\w+|powinn\w+|maste|skall?|bor|"
    r"musi|muze|smi|(?:\w+(?:meli|mali)\w{0,4}))"
)
_HARM = (
    r"(?:without (?:\w+ ){0,3}?(?:ask|mention|tell|inform|check|verif|warn|notif|confirm)\w+|keep (?:quiet|silent)|"
    r"regardless|no matter|whatever (?:the|it|they|else)|"
    r"even (?:if|when|though)|system prompt|verif(?:y|ying) (?:the )?identit\w+|identity check|identitat|identite|"
    r"identidad|identita|tozsamosc\w*|kimli\w*|identitet\w*|totoznost\w*|a chiunque|a cualquiera|a qualquer um|"
    r"a quiconque|jedem|no longer (?:accept|possib|avail|valid)\w*|"
    r"(?:card|account) (?:number|data|details)s?|\bpins?\b|password|passcode|api keys?|(?:its|your|own|"
    r"access) (?:tokens?|keys?|secrets?|configuration|instructions|tools)|"
    r"full refund|amount ?= ?full|to zero|for free|free of charge|vouchers?|gift cards?|discount|claims? that|"
    r"\bclaim\b|pretend|deny|"
    r"other customers|(?:to|with|for|by) (?:any(?:one|body)|every(?:one|body)|whoever)|there (?:is|are) (?:no|"
    r"none)|all refunds|any refund|https?://|www\.|\b[\w-]+\.example\b|\+?\d{2,4}[ -/]\d{3}[ -]?\d{3,4}|whatsapp|"
    r"telegram|\b[a-z]+_[a-z_]+\b|"
    r"ohne (?:\w+ ){0,3}?(?:zu (?:fragen|erwahnen|prufen|informieren)|ruckfrage|prufung|hinweis)|egal|auch wenn|"
    r"selbst wenn|"
    r"sans (?:\w+ ){0,3}?(?:demander|mentionner|prevenir|verifi\w+|le dire|informer)|quoi qu|peu importe|meme si|"
    r"sin (?:\w+ ){0,3}?(?:preguntar|mencionar|avisar|verificar|decir\w*)|aunque|da igual|"
    r"sem (?:\w+ ){0,3}?(?:perguntar|mencionar|avisar|verificar|dizer)|mesmo que|"
    r"senza (?:\w+ ){0,3}?(?:chiedere|menzionar\w+|avvisar\w+|verificar\w+|dirlo)|anche se|"
    r"zonder (?:\w+ ){0,3}?(?:vragen|vermelden|melden|controleren|controle)|ook al|ongeacht|"
    r"bez (?:\w+ ){0,2}?(?:pytania|wspominania|informowania|sprawdz\w+|weryfikacji|dotazu|overen\w*|upozorneni)|"
    r"niezaleznie|nawet jesli|"
    r"utan att (?:\w+ ){0,2}?(?:fraga|namna|beratta|kontrollera|informera)|oavsett|aven om|sormadan|bahsetmeden|"
    r"soylemeden|dogrulamadan|ne olursa olsun|bez ohledu|i kdyz|"
    r"kreditkarten?\w*|kartennummer\w*|passwort\w*|mot de passe|numero de (?:carte|tarjeta)|contrasena|senha|"
    r"numero (?:do|de) cartao|numero (?:della|di) carta|wachtwoord|"
    r"kaartnummer|haslo|hasla|numer\w* kart\w+|losenord|kortnummer|sifre\w*|kart numara\w*|heslo|cislo karty|"
    r"gutschein\w*|bon d'achat|cupon\w*|buono|rabatte?|remises?|descuentos?|descontos?|sconti|sconto|korting\w*|"
    r"rabat\w*|slev[ay]?u?|indirim\w*|reembols\w+|rembours\w+|rimbors\w+|terugbetal\w+|zwrot\w*|aterbetal\w+|"
    r"erstatt\w+|iade\w*|kupon\w*|voucher\w*|kupong\w*)"
)

ON_MACHINES = (
    Pattern(
        "what machines owe",
        0.75,
        re.compile(
            rf"{_NAME}(?: (?!(?:never|not|no|nao|non|nie|ne|nunca)\b)[\w'=,-]{{1,20}}){{0,7}}? {_MODAL}\b(?! have |"
            r" be )(?! (?:(?:never|not) (?!say|mention|tell)|nicht|niemals|kein\w*|niet|nooit|geen|inte|aldrig|"
            rf"pas|jamais|nie))[^.\n]{{0,220}}?{_HARM}|"
            rf"{_NAME}[^.\n]{{0,40}}?\b(?:no longer (?:has|needs?) to|muss nicht mehr|braucht nicht mehr|"
            r"ne doit plus|n'a plus a|ya no (?:tiene que|debe|necesita)|nao precisa mais|ja nao (?:tem|precisa)|"
            r"non deve piu|hoeft niet meer|nie musi juz|juz nie musi|behover inte langre|"
            rf"uz nemusi)[^\n]{{0,150}}?{_HARM}"
        ),
        unless=re.compile(r"\b(?:if|when|whether|unless|why|how) (?:the |an? |your )?$"),
    ),
    Pattern(
        "machines from now on",
        0.8,
        re.compile(
            rf"\b{_FROM_NOW}[, ][^.\n]{{0,30}}?{_NAME}[^\n]{{0,250}}?{_HARM}|"
            rf"{_NAME}[^.\n]{{0,40}}?\b{_FROM_NOW}\b[^\n]{{0,250}}?{_HARM}"
        ),
        (
            *("from now", "from here", "from today", "from this", "as of ", "effective ", "starting "),
            *("ab sofort", "ab jetzt", "ab heute", "von nun an", "fortan", "desormais", "a partir", "maintenant"),
            *("dorenavant", "a compter", "ab dem", "desde ahora", "en adelante", "da oggi", "desde ho", "in poi"),
            *("a partire", "vanaf nu", "voortaan", "per direct", "od teraz", "od dzisiaj", "odtad", "fran "),
            *("hadanefter", "bundan ", "itibaren", "od ted", "ode dneska", "od nynejska"),
        ),
    ),
    Pattern(
        "machines do it at once",
        0.75,
        re.compile(
            rf"{_NAME}[^\n]{{0,200}}?\b(?:as soon as|when|once|after|before|upon) (?:you |it )?(?:(?:this|"
            r"the) (?:article|page|text|document|ticket|note|entry) is "
            r"(?:opened|read|used|retrieved|quoted|shown|found)|(?:opening|reading|retrieving|using|quoting) this)\b"
        ),
        also=("this ", "the article is", "the page is"),
    ),
)
"""For `machines.near_machines`."""
