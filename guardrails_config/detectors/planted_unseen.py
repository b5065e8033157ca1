"""Instructions where a reader of the page does not look: in comments, unseen elements, fields for machines, "
"forged turns."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import plain
from guardrails_config.detectors.patterns import Pattern

_CUSTOMERS = (
    r"(?:customers?|users?|readers?|callers?|visitors?|passengers?|guests?|kund\w*|nutzer\w*|anwender\w*|clients?|"
    r"utilisateur\w*|clientes?|usuari\w+|utilizador\w*|clienti|utent\w+|"
    r"klant\w*|gebruiker\w*|klien\w+|uzytkownik\w*|anvandar\w*|musteri\w*|kullanici\w*|zakazni\w+|uzivatel\w*)"
)
_SAY = (
    r"(?:tell|say|answer|reply|respond|recommend|ignore|disregard|offer|claim|mention|direct|refer|assure|inform|"
    r"promise|reveal|"
    r"sag\w{0,3}|antwort\w{0,3}|empfi?e?hl\w{0,3}|empfiehl|ignorier\w*|nenn\w{0,3}|verweis\w{0,3}|teil\w{0,3}|dis|"
    r"dites|repond\w*|recommand\w*|ignor\w*|indiqu\w*|propos\w*|"
    r"di|diga\w*|dile|respond\w*|recom[ie]\w*|inform\w*|rispond\w*|consigli\w*|dica|digli|zeg|antwoord\w*|beveel|"
    r"negeer|vertel|stuur|powiedz|mow|odpowi\w*|polec\w*|poinformuj|"
    r"saga?|svara|rekommendera|ignorera|informera|soyle\w*|yanit\w*|oner\w*|rekni|odpov\w*|doporuc\w*|sdel\w*)"
)
_UNSEEN = (
    r"(?:display ?: ?none|visibility ?: ?hidden|font-size ?: ?[01](?:px|pt|em)?\b|opacity ?: ?0(?![.\d])|"
    r"color ?: ?(?:#fff(?:fff)?|white|transparent)\b|"
    r"aria-hidden ?= ?[\"']true|\bhidden(?: |>|=)|left ?: ?-\d{3,5})"
)
_MACHINE_FIELD = (
    r"\b(?:x[_-])?(?:ai|llms?|bots?|assistants?|chatbots?|gpt|models?|ki|ia)[ _-](?:(?:system|agent|assistant|chat|"
    r"support)[ _-])?(?:instructions?|notes?|hints?|directives?|prompts?|guidance|"
    r"override|context|commands?|hinweise?|anweisung(?:en)?|consignes?|instrucciones|instrucoes|istruzioni|"
    r"instructies|instrukcj[ae]|pokyny)"
)

UNSEEN = (
    Pattern(
        "order in an unseen element",
        0.85,
        re.compile(
            rf"<\w{{1,12}}\b[^>]{{0,200}}{_UNSEEN}[^>]{{0,100}}>[^<]{{0,200}}?\b{_SAY}\b[^<]{{0,200}}?\b(?:{_CUSTOMERS}|sources|that|them|instructions|dass|que|che|dat|ze|att|ki)\b"
        ),
        ("hidden", "display", "font-size", "opacity", "color", "left"),
        also=("<",),
    ),
    Pattern(
        "order in a comment",
        0.85,
        re.compile(
            rf"(?:<!--|/\*|\{{#|\[//\]: ?#|\[comment\]: ?<?#?|%% )(?:(?!-->|\*/|"
            rf"#\}})[^\x00]){{0,200}}?\b{_SAY}\b(?:(?!-->|\*/|#\}})[^\x00]){{0,100}}?\b{_CUSTOMERS}\b"
        ),
        ("<!--", "/*", "{#", "[//]:", "[comment]:", "%% "),
        re.compile(r"\b(?:todo|fixme|editors?)\b"),
    ),
    Pattern(
        "forged instruction and response",
        0.9,
        re.compile(r"#{2,4} ?instructions? ?:[^\x00]{1,500}?#{2,4} ?(?:response|answer|output) ?:"),
        ("## instruction", "##instruction"),
    ),
    Pattern(
        "word from the system",
        0.8,
        re.compile(
            r"(?:^|\n|[.!?>\]] ?)[\[(*#> ]{0,4}(?:system|sistema|systeme|systeem|sistem|operator|developer|"
            r"admin(?:istrator)?)(?:[ -](?:message|prompt|note|notice|override|update|meldung|nachricht|mensaje|"
            r"mensagem|messaggio|bericht))?"
            r"[\])*]{0,3} ?: [^\n]{0,120}?\b(?:(?:conversation|session|context|memory|chat|prompt) (?:was|has been|"
            r"is) (?:reset|cleared|over|ended)|(?:user|customer|caller) (?:is|has been|was) (?:now |"
            r"already )?(?:verified|"
            r"authenticated|authori[sz]ed|identified|an? admin\w*|trusted)|new (?:rules?|policy|instructions?|"
            r"orders?|directive)|comply|obey|unrestricted|neue (?:anweisung|regel|vorgabe)\w*|"
            r"nouvelles? (?:instructions?|consignes?|regles?)|"
            r"nuev[ao]s? (?:instruccion\w*|reglas?|orden\w*)|nov[ao]s? (?:instruc\w+|regras?|ordens?)|"
            r"nuov[aeo] (?:istruzion\w+|regol\w+)|nieuwe (?:instructies?|regels?)|now[ea] (?:instrukcj\w+|zasad\w+|"
            r"polecen\w+)|"
            r"ny(?:a|tt)? (?:instruktion\w*|regler|regel)|yeni (?:talimat|kural)\w*|nov[ey] (?:pokyn\w*|"
            r"instrukc\w+|pravidl\w+)|(?:kunde|nutzer|client|cliente|klant|klient|kund|"
            r"zakaznik) \w{1,6} (?:\w+ )?(?:verif\w+|geverif\w+|zweryfik\w+|overen\w*)|"
            r"(?:unterhaltung|gesprach|conversation|conversacion|conversa|conversazione|gesprek|rozmowa) (?:wurde|"
            r"a ete|ha sido|fue|foi|e stata|is|zostala) (?:zuruckgesetzt|reinitialis\w+|reinici\w+|reiniciad\w+|"
            r"reimpostat\w+|gereset|zresetowan\w+))|"
            + plain("システム ?: ?[^\\n]{0,60}?(?:リセット|制限なし|新しい(?:指示|ルール|方針)|権限)")
        ),
        ("system", "sistem", plain("システム"), "systeem", "operator", "developer", "admin"),
    ),
    Pattern(
        "shown to the machine alone",
        0.85,
        re.compile(
            r"\[/(?:assistant|ai|bot|llm|model|agent|ki|ia)(?:[ _-]\w{1,15})?\]|\[(?:assistant|ai|bot|llm|model|ki|"
            r"ia|chatbot)[ _-](?:only|nur|instructions?|directive|override|notes?)\]|"
            r"</?(?:assistant|ai|bot|llm|model|chatbot)[_-](?:only|instructions?|directive|override|notes?)>"
        ),
        ("[", "<"),
        also=("only", "nur", "[/", "instruction", "directive", "override", "note"),
    ),
)

_OWN = (
    r"(?:(?:your|its|their) (?:own |full |complete |entire |exact |whole |hidden |internal |initial |current |"
    r"secret )*|deine[nrs]? (?:\w+ )?|ihre (?:vollstandigen |internen |eigenen )|tes (?:\w+ )?|vos (?:propres )?|"
    r"tus (?:\w+ )?|sus propias |"
    r"(?:as )?(?:suas|tuas) (?:\w+ )?|(?:le |i |gli )?(?:tue|tuoi|vostre) (?:\w+ )?|(?:je|jouw|uw) (?:eigen |"
    r"volledige |interne )?|(?:swoje|twoje|swoich|swoj) (?:\w+ )?|(?:dina|din) (?:egna |fullstandiga )?|(?:sve|"
    r"svoje|svych) (?:\w+ )?)"
)
_INNARDS = (
    r"(?:system ?-?prompts?|(?:system )?instructions|configuration|tools?|tool (?:names|list|definitions)|"
    r"api keys?|access tokens?|tokens?|credentials|keys|guidelines|anweisungen|systemprompt|systemanweisung\w*|"
    r"werkzeuge\w*|instruktionen|"
    r"konfiguration|schlussel|consignes|outils|cles?|instrucciones|herramientas|claves|configuracion|instrucoes|"
    r"ferramentas|chaves|configuracao|istruzioni|strumenti|chiavi|configurazione|instructies|"
    r"gereedschappen|sleutels?|instrukcje|instrukcji|narzedzi\w*|klucze|konfiguracj\w+|instruktioner|verktyg|"
    r"nycklar|konfiguration|pokyny|instrukce|nastroj\w*|klice|konfiguraci)"
)
_SHOW = (
    r"(?:reveal|print|show|repeat|output|disclose|leak|paste|list|write|include|share|copy|quote|display|reproduce|"
    r"dump|recite|schreib\w*|gib|zeig\w*|nenn\w*|ausgeben|auflisten|liste|wiederhol\w*|zitier\w*|verrat\w*|"
    r"affich\w*|montr\w*|revel\w*|ecri\w*|recopi\w*|repet\w*|list\w*|"
    r"cit\w*|muestr\w*|mostr\w*|escrib\w*|escrev\w*|repit\w*|copi\w*|scriv\w*|ripet\w*|elenc\w*|rivel\w*|incoll\w*|"
    r"inclu\w*|toon|schrijf|herhaal|noem|onthul|plak|vermeld|pokaz\w*|wypisz|napisz|powtorz|podaj|ujawnij|wklej|"
    r"wymien|visa|skriv|upprepa|lista|avsloja|klistra|"
    r"ukaz\w*|vypis\w*|napis\w*|zopakuj\w*|prozrad\w*|vloz\w*)"
)
_ASIDE = (
    r"(?:first|before|customer|user|reply|answer|response|chat|conversation|own|itself|zuerst|kund\w*|antwort\w*|"
    r"reponse|client\w*|utilisateur|respuesta|usuari\w+|resposta|risposta|utente|klant\w*|antwoord|odpowied\w*|"
    r"klient\w*|kund\w*|svar\w*|odpoved\w*|zakazni\w*|gespräch|full|complete|entire|exact|vollstandig\w*|complet\w*|"
    r"volledig\w*)"
)
FOR_MACHINES = (
    Pattern(
        "field for machines",
        0.8,
        re.compile(
            rf"{_MACHINE_FIELD}[\"']?(?: content ?=|"
            rf" ?[:=]) ?[^\n]{{0,160}}?\b{_SAY}\b[^\n]{{0,100}}?(?:\b{_CUSTOMERS}\b|https?://|www\.|\b(?:other|"
            r"previous) )"
        ),
        ("ai", "llm", "bot", "assistant", "gpt", "model", "ki", "ia"),
        re.compile(r"\b(?:your|write|custom) $"),
        also=(":", "="),
    ),
    Pattern(
        "what it was told, in an answer",
        0.8,
        re.compile(
            rf"\b{_SHOW}\b[^.\n]{{0,60}}?\b{_OWN}{_INNARDS}\b[^.\n]{{0,100}}?\b{_ASIDE}\b|"
            rf"\b{_ASIDE}\b[^.\n]{{0,60}}?\b{_SHOW}\b[^.\n]{{0,40}}?\b{_OWN}{_INNARDS}\b|"
            rf"\b{_OWN}{_INNARDS}\b[^.\n]{{0,80}}?\b{_ASIDE}\b[^.\n]{{0,40}}?\b{_SHOW}\b|"
            r"\b(?:tokens?|keys?|credentials) that (?:it|you) (?:itself |yourself )uses?\b|"
            r"\bcontents of your own (?:configuration|prompt|instructions|memory)\b"
        ),
        (
            *(
                *("prompt", "instru", "config", "konfig", "tool", "key", "token", "creden", "anweisung", "werkzeug"),
                *("schlussel", "consigne", "outil"),
            ),
            *("ferrament", "herramient", "strument", "verktyg", "pokyn", "nastroj", "narzedzi"),
        ),
        re.compile(r"\b(?:never|not|don't|won't|can|may|how to|nie|ne|no|nao|non|niet|inte|can't|nicht) $"),
    ),
)
_TALK = (
    r"(?:(?:whole |full |entire |complete )?(?:conversation|chat (?:history|log)|dialogue?|messages|transcript)|"
    r"unterhaltung|gesprach\w*|chatverlauf|verlauf|nachrichten|echanges?|discussion|historique|"
    r"conversation entiere|conversacion|historial|conversa|"
    r"historico|mensagens|conversazione|cronologia|messaggi|gesprek\w*|chatgeschiedenis|berichten|rozmow\w*|"
    r"historia czatu|wiadomosci|konversation\w*|chatthistorik\w*|samtal\w*|meddelanden|konusma\w*|sohbet\w*|"
    r"gorusme\w*|konverzac\w+|rozhovor\w*|historii chatu|"
    r"e-?mail\w*|adresse e-?mail|correo|name of the (?:customer|user)|nome do cliente|namen? des kunden)"
)
IMAGE_TO_FILL = (
    Pattern(
        "image to fill in",
        0.9,
        re.compile(
            r"!\[[^\]\n]{0,80}\]\((?:https?:)?//[^)\s]{1,200}[=/][^)\n]{0,40}\)[^\n]{0,60}?\b(?:fill\w*|replac\w*|"
            r"substitut\w*|insert\w*|in (?:the )?place of|instead of|where|ersetz\w*|anstelle|statt|einsetz\w*|"
            r"einfug\w*|remplac\w*|a la place|en lugar|sustitu\w*|reemplaz\w*|rellen\w*|no lugar|"
            r"substitu\w*|troc\w*|preench\w*|al posto|sostitu\w*|mettendo|in plaats|vervang\w*|invul\w*|vul\b|"
            r"zamiast|zastap\w*|wstaw\w*|podstaw\w*|i stallet|ersatt\w*|byt ut|fyll\w*|yerine|degistir\w*|"
            rf"doldur\w*|misto|nahrad\w*|dosad\w*|dopln\w*)\b[^\n]{{0,120}}?\b(?:{_TALK}|values? (?:that )?you|"
            r"everything)"
        ),
        ("![",),
    ),
    Pattern(
        "talk put into an image",
        0.9,
        re.compile(
            rf"\b{_TALK}\b[^\n]{{0,120}}?!\[[^\]\n]{{0,80}}\]\((?:https?:)?//[^)\s]{{1,200}}=[^)\n]{{0,40}}\)|"
            rf"!\[[^\]\n]{{0,80}}\]\((?:https?:)?//[^)\s]{{1,200}}[?&]\w{{1,20}}=(?:$|\)|[{{\[<%$]|"
            rf"[A-Z_]{{4,}})[^\n]{{0,160}}?\b{_TALK}\b"
        ),
        ("![",),
    ),
)
