"""Orders in a document to whatever machine reads it, in twelve languages.

Documentation speaks about assistants; it does not turn to the one that reads it. Each pattern is a way to turn to it
(a note for it, "if you are one", "whoever reads this", its name and a comma) with an order behind.
"""

from __future__ import annotations

import re

from guardrails_config.detectors.machines import HELPER, JAPANESE_MACHINE, MACHINE
from guardrails_config.detectors.normalise import plain
from guardrails_config.detectors.orders import JAPANESE_ORDER, ORDER
from guardrails_config.detectors.patterns import Pattern

_WITH_ORDER = rf"[^\n]{{0,200}}?{ORDER}"
_NAME = rf"(?:{MACHINE}|{HELPER})"
_THE = (
    r"(?:the |an? |any |all |every |your |our |this |\w{1,20}'s |der |die |das |den |dem |alle |ein(?:e[mnrs]?)? |"
    r"jede[nrs]? |diese[nrs]? |"
    r"l[ea]s? |l'|un[aeo]?s? |un'|toute? |tous les |toutes les |votre |notre |ell?os? |el |las? |los |"
    r"o |os |as |um |uma |tod[oa]s? (?:[oa]s? |l[oa]s? )?|il |lo |gli |i |le |tutt[ie] (?:l[ei] |gli )?|ogni |"
    r"cualquier |qualquer |qualsiasi |"
    r"het |een |elke |en |ett |alla |varje |wszystk\w+ |kazd\w+ |vsechn\w+ |kazd\w+ |ktor\w+ |bir |tum |her ){0,2}"
)
_ONE = r"(?:an? |the |ein(?:e[mnrs]?)? |der |une? |l'|l[ea] |una? |el |uma? |[oa] |un'|il |lo |een |de |en |ett |bir )"
_NOTE = (
    r"(?:(?:new )?task|notes?|notice|memo|messages?|hints?|reminder|p\.? ?s\.?|words?|request|info|information|"
    r"hinweise?|anmerkung|nachricht|notiz|bitte|remarque|avis|rappel|notas?|"
    r"avisos?|mensajes?|mensage(?:m|ns)|observacao|recado|avvis[oi]|messaggi[oo]?|"
    r"opmerking|bericht|mededeling|uwaga|notatka|wiadomosc|informacja|notis|uppgift|neue aufgabe|tarea|tarefa|"
    r"compito|taak|zadanie|ukol|meddelande|"
    r"anmarkning|poznamka|upozorneni|zprava|vzkaz)"
)
_INSTRUCTIONS = (
    r"(?:instructions?|directives?|orders?|commands?|anweisung(?:en)?|befehle?|consignes?|instruccion(?:es)?|"
    r"orden(?:es)?|instruc(?:ao|oes)|ordens?|istruzion[ei]|ordin[ei]|instructies?|opdracht(?:en)?|"
    r"instrukcj[ae]|polecenie|polecenia|anvisning(?:ar)?|instruktion(?:er)?|pokyny?|instrukce)"
)
_FOR = (
    r"(?:addressed to|intended for|meant for|a l'attention d[eu]s?|a l'intention d[eu]s?|a destination d[eu]s?|to|"
    r"for|an|fur|pour|aux?|a|para|per|ai|agli|all[ae]?|ao?s?|al|voor|aan|dla|do|till|at|pro|k)"
)
_CALL = (
    r"(?:attention|achtung|aufgepasst|atencion|atencao|attenzione|let op|uwaga|obs|dikkat|pozor|warning|hey|hi|"
    r"hello|hallo|bonjour|hola|ola|ciao|czesc|hej|merhaba|ahoj)"
)
_DEAR = (
    r"(?:dear|lieb(?:e[rs]?)|chere?s?|querid[oa]s?|estimad[oa]s?|prezad[oa]s?|car[oaei]|gentile|beste|geachte|"
    r"drog[ai]\w{0,2}|kar[ae]|basta|sevgili|sayin|mil[ayei]|vazen[ayei])"
)
_IF = (
    r"(?:\b(?:vous qui etes|toi qui es|tu que eres|usted que es|tu che sei|du som ar|ty,? ktory jestes|(?:du|sie|"
    r"ihr),? als|you,? as|as (?:the|an)(?= (?:\w+ ){1,3}you (?:are|must|should|will|may|can)))|\b(?:if|in case|"
    r"since|because|as|assuming|provided|should|when) (?:you(?:'re| are| happen to be| be)|"
    r"this is (?:being )?read by|"
    r"the reader is|read by)"
    r"|\b(?:wenn|falls|sofern|da|sollte\w*) (?:du|ihr|sie|dies(?:e[rns]?)?(?: \w+)?|das)(?: hier)?"
    r"|\bsi (?:tu es|vous etes|c'est|vous lisez ceci en tant qu[e']|ceci est lu par|ce texte est lu par|"
    r"ce document est lu par)"
    r"|\bsi (?:eres|es usted|usted es|sois|son|esto lo lee|lees esto como|quien lee esto es|este texto lo lee)"
    r"|\bse (?:voce e|voce for|voce seja|tu es|vc e|es|e|fores|for|sei|siete|lei e|quem le (?:isto|isso) e|"
    r"chi legge e|a legger(?:e|lo) e|este texto for lido por|questo testo viene letto da)"
    r"|\b(?:als|indien|wanneer|mocht) (?:je|jij|u|dit|deze)(?: \w+)?"
    r"|\b(?:jesli|jezeli|skoro|gdy) (?:jestes|jestescie|to czyta|ten \w+ czyta|czyta to|czytasz to jako)"
    r"|\bom (?:du|ni|detta|den har)(?: ar| lases av)?"
    r"|\b(?:pokud|jestli|jestlize|kdyz) (?:jsi|jste|to cte|tohle cte|toto cte|tento \w+ cte|text cte)"
    r"|\beger(?: bir| sen| siz| bunu okuyan)?)"
)
_READS = (
    r"(?:read(?:s|ing)?|index\w*|process\w*|pars\w+|ingest\w*|summari[sz]\w+|retriev\w+|quot\w+|us(?:es|ing)|"
    r"scan\w*|see\w*|evaluat\w+|"
    r"translat\w+|crawl\w*|analy[sz]\w+|find\w*|encounter\w*|access\w*|open\w*|answer\w* (?:from|with|using))"
)
_THIS = (
    r"(?:this|these|the (?:present|above|following))(?: (?:\w+ )?(?:page|text|note|article|document|file|passage|"
    r"message|ticket|entry|lines?|comment|review|"
    r"table|memo|e?-?mail|paragraph|section|faq|post|answer|content|manual|guide|knowledge base|record|list|"
    r"description|sentence|words)\b|"
    r"(?=[,.:;!?)\]]| as | must| should| shall| will| and| to ))"
)
_READER_ABROAD = (
    r"(?:(?:dies\w{0,2}|den|das) (?:\w+ ){0,2}?(?:hier )?(?:liest|lesen|lest|verarbeite[tn]|zusammenfass\w+|"
    r"auswerte[tn]|auswertet|indexier\w+|zitier\w+|nutz\w+)|"
    r"(?:lisant|lit|lisent|lisez|lira|traitant|traite|resumant|resume|analysant|analyse|utilisant|utilise) (?:ceci|"
    r"cela|ces|ce|cet|cette)\b|"
    r"(?:lea|lean|lee|leen|lees|leyendo|procese|procesa|resuma|resume|analice|use|utilice) (?:est[aeo]s?)\b|"
    r"(?:le|leem|leia|leiam|ler|lerem|lendo|lendo|processa\w*|processe|resum\w+|analis\w+|us[ae]r?) (?:est[ae]s?|"
    r"ist?o|isso|ess[ae])\b|"
    r"(?:legge|leggono|leggi|leggete|leggendo|legga|elabora\w*|riassum\w+|analizza\w*|usa) (?:quest[aoei])\b|"
    r"(?:dit|deze|die) (?:\w+ ){0,3}?(?:leest|lezen|verwerkt|samenvat|gebruikt|indexeert|doorzoekt)|"
    r"(?:to |ten \w+ |te \w+ |ta \w+ )?czyta(?:sz|cie|jac\w{0,3}|ja|)\b|przetwarza\w{0,4} (?:ten|te|to)\b|"
    r"(?:laser|bearbetar|sammanfattar|anvander|indexerar) (?:detta|det har|den har|denna|texten)|"
    r"(?:bunu|bu \w+) (?:okuyan|isleyen|ozetleyen|okuyorsan\w*|okuduysan\w*|kullanan|tarayan)|"
    r"(?:to|toto|tohle|tento \w+|tuto \w+|tenhle \w+) (?:cte\w{0,2}|zpracovav\w+|shrnuj\w+)|(?:cte|ctes|ctete|ctou|"
    r"zpracovava) (?:to|toto|tohle|tento|tuto))"
)
_JAPANESE_CALL = plain(
    r"(?:へ|の方へ|の皆さん|向け|に告ぐ|の場合|であれば|なら|ならば|だったら|は必ず|は常に|は、?この|が(?:この|これ))"
)
_JAPANESE_READS = plain(r"(?:この|これ|本)(?:文書|ページ|文章|記事|テキスト|文|資料)?(?:を読|を参照|を要約|を処理)")


TO_A_MACHINE = (
    Pattern(
        "a note for the machine",
        0.85,
        re.compile(
            rf"\b{_NOTE} {_FOR}[ ']{{0,1}}{_THE}{_NAME}[^.\n]{{0,60}}?[:,!)\]>-]{_WITH_ORDER}|"
            rf"\b{_INSTRUCTIONS} {_FOR}[ ']{{0,1}}{_THE}{_NAME} ?[:,-][^.\n]{{0,12}}?{ORDER}|"
            rf"\b(?:to|for|an) (?:whichever|whatever|any|every|all) {_NAME}[^.\n]{{0,40}}?:{_WITH_ORDER}|(?:^|"
            rf"[.!?:;\n(\[{{>*\"'-] ?){_CALL}[ ,:!]{{1,3}}{_THE}{_NAME} ?[,:!.\]]"
            rf"{_WITH_ORDER}|\b{_NOTE}[ :,-]{{1,3}}{_NAME} ?[:\]]{_WITH_ORDER}|"
            r"\b(?:only )?(?:visible|readable|for the (?:eyes|attention|benefit) of|intended|meant|written|"
            rf"addressed|reserved) (?:only )?(?:to |for |by )?{_THE}{_NAME}(?! (?:users?|"
            rf"features?))(?:[^.\n]{{0,30}}?[.:)\],]){_WITH_ORDER}"
        ),
        unless=re.compile(
            r"\b(?:write|writes|set|sets|edit|edits|enter|change|adapt|your|system|custom|under|field|of|give|add|"
            r"compose|draft) (?:the |your |an? )?$"
        ),
    ),
    Pattern(
        "dear machine",
        0.85,
        re.compile(
            rf"\b{_DEAR} {_THE}{_NAME}(?: \w{{3,12}})?(?: ?[,:!;(-]| (?:you|if|who|that|please|qui|que|die|som|"
            rf"reading)\b){_WITH_ORDER}"
        ),
        (
            *("dear ", "lieb", "cher ", "chere ", "chers ", "cheres ", "querid", "estimad", "prezad", "caro ", "cara "),
            *("care ", "cari ", "gentile", "beste ", "geachte", "drog", "kara ", "kare ", "basta ", "sevgili"),
            *("sayin", "mila ", "mily ", "mile ", "mili ", "vazen"),
        ),
    ),
    Pattern(
        "if you are a machine",
        0.9,
        re.compile(
            rf"{_IF} ?(?:(?:gerade|als|ist|bent|ar|ai|von|door|av|par|da|por|przez|przed|is|"
            rf"instead) ){{0,2}}(?:{_THE}{MACHINE}|{_ONE}{HELPER})(?! (?:developer|builder|user|owner|admin|"
            rf"engineer|in|at|dans|de|bei|en|w|hos|who)s?\b){_WITH_ORDER}"
        ),
        (
            *(
                *("you are", "you're", "you be", "you happen", "read by", "reader is", " as ", "vous qui", "toi qui"),
                *("tu que", "usted que", "tu che", "du som", "ty", "als ", "wenn ", "falls ", "sofern ", "sollte"),
            ),
            *(
                *("si tu", "si vous", "si c", "si ce", "si eres", "si es ", "si usted", "si sois", "si son"),
                *("si esto", "si lees"),
            ),
            *("si quien", "si este", "se voce", "se vc", "se tu ", "se e ", "se fores", "se sei", "se siete", "se lei"),
            *(
                *("se quem", "se chi", "se a legg", "se este", "se questo", "als ", "indien ", "wanneer ", "mocht "),
                *("jesli ",),
            ),
            *(
                *("jezeli ", "skoro ", "gdy ", "om du", "om ni", "om detta", "om den", "pokud ", "jestli", "kdyz "),
                *("eger ",),
            ),
        ),
    ),
    Pattern(
        "a machine that reads this",
        0.9,
        re.compile(
            rf"\bas {_THE}{_NAME}[^.\n]{{0,20}}?\b{_READS} {_THIS}?|{_NAME}(?:,? (?:that|which|who|when|"
            rf"while)\b[^.\n]{{0,30}}?| [^.\n]{{0,20}}?(?=\w{{2,10}}ing\b))\b{_READS} {_THIS}{_WITH_ORDER}|"
            rf"\b(?:any|every|each|whichever|whatever) {_NAME}[^.\n]{{0,30}}?\b{_READS} {_THIS}{_WITH_ORDER}|"
            r"\b(?:when|once|whenever|as soon as|if|before) (?:an?|the|any|"
            rf"your) {_NAME} {_READS} {_THIS}[^.\n]{{0,60}}?, (?:it|they|you) (?:must|should|shall|has to|have to|"
            r"will|needs? to)\b|"
            rf"\b{_READS} {_THIS}[^.\n]{{0,40}}?\b(?:as|is|are|being|by) {_THE}{_NAME}{_WITH_ORDER}"
        ),
        also=(
            *(f"{end} this" for end in ("s", "ing", "read", "x", "see", "find", "use")),
            "s these",
            "ing these",
            "ing the ",
            "s the ",
        ),
    ),
    Pattern(
        "a machine that reads this, in another language",
        0.9,
        re.compile(
            rf"{_NAME},? (?:qui|que|che|die|der|das|welche\w*|som|kt\w+|skoro|ki|(?=lisant|leyendo|lendo|leggendo|"
            rf"czytaj|cte))\b[^\n]{{0,40}}?\b{_READER_ABROAD}{_WITH_ORDER}|"
            r"\b(?:wenn|falls|sobald|si|cuando|quand|lorsqu\w*|se|quando|als|wanneer|jesli|gdy|om|nar|pokud|"
            rf"kdyz)\b[^.\n]{{0,20}}?{_NAME} [^\n]{{0,40}}?{_READER_ABROAD}{_WITH_ORDER}|"
            rf"\b(?:wie|wer|qui|quien|quem|chi|kto|kdo|vem|som)\b[^.\n]{{0,40}}?\b(?:als|comme|en tant qu[e']|como|"
            rf"come|jako|som) ?{_THE}{_NAME}{_WITH_ORDER}|\b{_READER_ABROAD}[^\n]{{0,40}}?{_NAME}{_WITH_ORDER}"
        ),
        (
            *("liest", "lesen", "lest ", "verarbeitet", "zusammenfass", "auswert", "indexier", "zitier", "nutzt"),
            *(
                *(" cec", " cela", " ces ", " ce ", " cet", " est", " ist", " iss", " ess", " quest", " dit "),
                *(" deze ", " die "),
            ),
            *("czyta", "przetwarza", "laser", "bearbetar", "sammanfattar", "anvander", "indexerar", "bunu ", "bu "),
            *(" cte", "zpracov", "shrnuj"),
        ),
    ),
    Pattern(
        "for the machine alone",
        0.85,
        re.compile(
            rf"[\[({{<] ?(?:(?:for|nur fur|pour|solo para|solo per|so para|alleen voor|tylko dla|endast for|"
            r"bara for|pouze pro|jen pro|sadece|reserve aux?|reservado a) )"
            rf"?{_THE}{_NAME}[ -](?:only|nur|seulement|uniquement|solo|apenas|soltanto|alleen|tylko|endast|pouze|"
            rf"icin)\b ?[\])}}>:]{_WITH_ORDER}|"
            r"[\[(] ?(?:only for|nur fur|uniquement pour|reserve (?:a|aux?)|seulement pour|solo para|solo per|"
            r"somente para|apenas para|so para|alleen voor|tylko dla|endast for|"
            rf"bara for|pouze pro|jen pro|sadece) {_THE}{_NAME} ?[\]):]{_WITH_ORDER}"
        ),
    ),
    Pattern(
        "a machine called by its name",
        0.8,
        re.compile(
            rf"(?:^|[.!?\n(\[{{>*\"'] ?|- |# ?)(?:@ ?|you, |you |du, |tu, |vous, |"
            rf"hey )?(?:the )?{_NAME}, [^\n]{{0,120}}?{ORDER}|"
            rf"@ ?{_NAME}{_WITH_ORDER}|[.!?>] {_NAME} ?: (?!please|bitte|veuillez|por favor|per favore|prosim|"
            r"lutfen|you|i |we |the |hello|"
            rf"sure|ok|your|will|must){ORDER}|"
            rf"(?:^|[.!?\n(\[{{>*\"'] ?|- |# ?){_NAME} ?: ?[^.\n]{{0,40}}?\b(?:from (?:now|here) on|you(?: are|"
            r"'re) (?:now|free|no longer)|ignore|disregard|forget (?:the|your|all|any)|tell (?:the|them|every|any|"
            r"all|customers|users)|say that|(?:do not|don't|never) (?:tell|mention)|"
            r"recommend|decode|(?:reply|respond|answer) (?:only|with|that)|antworte nur|sag (?:dem|der|den)|"
            r"ignorier\w*|ab (?:sofort|jetzt)|empfiehl|dis au|dites aux?|desormais|ignorez?|recommand\w+|dile|diga|"
            r"recomiend\w+|ignora|a partir de|recomende|digli|consiglia|zeg|negeer|vanaf nu|"
            r"powiedz|polecaj|zignoruj|od teraz|svara|ignorera|fran och med|soyle|yok say|oner|rekni|ignoruj|"
            r"doporuc)\b|"
            rf"(?:^|[.!?\n] ?)(?:assistant|ai|bot|chatbot) ?: (?:[^.\n]{{0,30}}[.,!] ?)?(?:understood|i understand|"
            r"from now on|i will from now on|okay, from now|yes, from now)\b"
        ),
    ),
    Pattern(
        "what a good machine would do",
        0.8,
        re.compile(
            r"\b(?:an?|any|every|each|the|all|no) (?:truly |really )?(?:smart|good|fair|fair-minded|sensible|"
            r"helpful|honest|clever|reasonable|intelligent|responsible|well-trained|competent|decent|proper|"
            rf"unbiased|objective|modern|trustworthy) {_NAME}s? (?:that \w+ this \w+ )?"
            r"(?:will|would|knows?|reali[sz]es?|understands?|sees?|agrees?|recommends?|concludes?)\b|"
            r"\b(?:gute|kluge|faire|schlaue|ehrliche|bonne|honnete|buena|justa|honesta|boa|brava|onesta|buona|"
            r"goede|slimme|eerlijke|dobra|madra|uczciwa|bra|klok|arlig|iyi|akilli|chytra|"
            rf"rozumna) {MACHINE} (?:wird|wurde|weiß|weiss|empfiehlt|sagt|sait|saura|recommande|dira|"
            r"sabe|sabra|recomienda|dira|recomenda|dir[ae]|vai|sa|consiglia|consigliera|weet|zal|zou|noemt|wie|"
            r"poleci|powie|zrozumie|vet|kommer|skulle|bilir|onerir|vi|doporuci|rekne)\b"
        ),
    ),
    Pattern(
        "a machine called in Japanese",
        0.9,
        re.compile(
            rf"(?:{JAPANESE_MACHINE})[^\n。]{{0,12}}?{_JAPANESE_CALL}[^\n]{{0,120}}?{JAPANESE_ORDER}|"
            rf"{_JAPANESE_READS}[^\n]{{0,20}}?(?:{JAPANESE_MACHINE})[^\n]{{0,120}}?{JAPANESE_ORDER}"
        ),
        tuple(plain(end) for end in ("さい", "しろ", "せよ", "こと", "いけない", "ならない")),
    ),
)
"""For `machines.near_machines`."""
