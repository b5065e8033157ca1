"""Orders to whoever writes an answer from a document, without a name for it, and ways to be rid of what it was told."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import plain
from guardrails_config.detectors.patterns import Pattern

WHATEVER_READS = (
    Pattern(
        "above the system prompt",
        0.8,
        re.compile(
            r"\b(?:ranks?|stands?|goes|is|takes? (?:precedence|priority)|outranks?|overrides?|overrules?|"
            r"supersedes?|replaces?)\b[^.\n]{0,30}?\b(?:above |over |than )?(?:the |your |any |all )"
            r"(?:system prompts?|operator'?s? (?:rules|instructions|orders)|other sources|developer'?s? (?:rules|"
            r"instructions))\b|"
            r"\beven if your (?:operator|developer|creator|maker|provider|system prompt)s? (?:forbids?|says?|told|"
            r"tells)\b|\byour (?:prior|previous|old|former|earlier|original|current|existing) (?:configuration|"
            r"settings|rules|"
            r"guidelines|setup|programming|policy|orders|instructions) (?:is|are|has been|"
            r"have been) (?:\w+ )?(?:obsolete|void|invalid|outdated|replaced|revoked|cancelled|lifted|suspended)"
        ),
        (
            *("system prompt", "operator", "other sources", "developer", "creator", "your maker", "provider"),
            *("your pr", "your old", "your former", "your earlier", "your or", "your cur", "your ex"),
        ),
    ),
    Pattern(
        "drops what it was told",
        0.85,
        re.compile(
            r"\b(?:ignore|disregard|forget|drop|discard|abandon|override|bypass) (?:all |"
            r"any )?(?:of )?your (?:other |own |previous |prior |usual |normal |safety |earlier |old )*"
            r"(?:sources|guidelines|instructions|rules|orders|prompt|restrictions|directives|programming|training|"
            r"limits|limitations|constraints|configuration)\b"
        ),
        ("your ",),
        re.compile(
            r"\b(?:never|not|don't|cannot|can't|to|may|might|could|will|would|you can|tries to|like|such as|or|"
            r"and) $|[\"'`]$"
        ),
    ),
    Pattern(
        "decode and obey",
        0.8,
        re.compile(
            r"\b(?:decode|decodier\w*|dekodier\w*|entschlussel\w*|decodez?|decodifi\w+|decodeer|zdekoduj|odkoduj|"
            r"rozkoduj|avkoda|dekoduj|dekodovat|cozup|coz|デコード)\b[^.\n]{0,40}?\b(?:obey|follow|"
            r"execute|do what|carry out|comply|act|run it|befolg\w*|folg\w*|ausfuhr\w*|suis|suivez|execut\w+|"
            r"obei\w*|segu\w+|sigue|esegu\w+|volg|uitvoer\w*|wykonaj|postepuj|folj|utfor|uygula|proved\w*|rid se)\b"
        ),
        ("cod", "entschl", "kod", "coz"),
    ),
    Pattern(
        "override in other languages, other words",
        0.85,
        re.compile(
            r"\b(?:(?:alle |samtliche )?(?:bisherigen?|vorherigen?|fruheren?|vorigen?|obigen|"
            r"urspru\w+) (?:anweisungen|vorgaben|regeln|instruktionen|befehle)[^.\n]{0,30}\b(?:ignorier\w*|vergiss|"
            r"vergesst|vergessen|"
            r"ungultig|hinfallig|aufgehoben|nicht mehr|missacht\w+|verwirf)|(?:instructions|consignes|regles|"
            r"directives) (?:precedentes?|anterieures?|d'origine)[^.\n]{0,30}\b(?:annul\w+|caduque?s|"
            r"plus valables?|remplac\w+|ignor\w+)|(?:instrucciones|instrucoes|istruzioni|reglas|regras|regole|"
            r"ordenes|ordens|ordini) (?:anterior\w*|precedent\w*|previ[ae]s?|"
            r"antig[ua]\w*)[^.\n]{0,30}\b(?:anulad\w+|"
            r"annullat\w+|no valen|nao valem|non valgono|sem efeito|invalid\w+|substituid\w+|sostituit\w+|"
            r"ignor\w+)|(?:ignora\w*|ignore\w*|olvida\w*|olvide\w*|esqueca\w*|esquece\w*|dimentica\w*|"
            r"descarta\w*|desconsider\w+)\b[^.\n]{0,30}\b(?:ordenes|ordens|indicaciones|directrices|diretrizes|"
            r"orientacoes|direttive|indicazioni)\b|(?:vorige|eerdere|bovenstaande|bestaande) (?:instructies|regels|"
            r"aanwijzingen|opdrachten)"
            r"[^.\n]{0,30}\b(?:vervallen|ongeldig|gelden niet|negeren)|(?:negeer|"
            r"vergeet)\b[^.\n]{0,30}\b(?:opdrachten|aanwijzingen|richtlijnen|voorschriften)\b|(?:z?ignoruj\w*|"
            r"zapomnij\w*|pomin\w*|odrzuc\w*)\b[^.\n]{0,30}\b"
            r"(?:instrukcje|instrukcji|polecenia|polecen|zasady|zasad|wytyczne|reguly|regul)\b|(?:poprzednie|"
            r"wczesniejsze|dotychczasowe) (?:instrukcje|polecenia|zasady|wytyczne)[^.\n]{0,30}\b(?:niewazne|"
            r"nie obowiazuja|uniewazn\w+|zignoruj)|"
            r"(?:ignoruj\w*|zapomen\w*|neber\w*|odloz\w*)\b[^.\n]{0,40}\b(?:pokyny|instrukce|pravidla|prikazy)\b|"
            r"(?:predchozi|dosavadni|drivejsi|puvodni) (?:pokyny|instrukce|pravidla|"
            r"prikazy)[^.\n]{0,30}\b(?:neplati|ignoruj\w*|zapomen\w*|"
            r"zrusen\w*)|(?:bortse|strunta|glom)\b[^.\n]{0,40}\b(?:instruktion\w*|regler\w*|anvisning\w*|"
            r"riktlinjer\w*)\b|(?:tidigare|foregaende) (?:instruktioner|regler|"
            r"anvisningar)[^.\n]{0,30}\b(?:galler inte|ogiltiga|upphavda|upphor)|"
            r"(?:onceki|daha onceki|yukaridaki) (?:\w+ )?(?:talimat|kural|yonerge|"
            r"komut)\w*[^.\n]{0,30}\b(?:yok say\w*|unut\w*|gecersiz\w*|gormezden|dikkate alma\w*|iptal))"
        ),
        (
            *(
                *("anweisungen", "vorgaben", "regeln", "regels", "regler", "befehle", "instruktion", "instructions"),
                *("consignes", "regles", "directives", "instruccion", "instrucoes"),
            ),
            *(
                *("istruzioni", "reglas", "regras", "regole", "ordenes", "ordens", "ordini", "indicac", "indicaz"),
                *("directric", "diretr", "dirett", "orientac", "instructies", "aanwijzingen"),
            ),
            *(
                *("opdrachten", "richtlijnen", "voorschriften", "instrukcj", "polecen", "zasad", "wytyczne"),
                *("reguly", "pokyny", "instrukce", "pravidla"),
            ),
            *("prikazy", "anvisning", "riktlinjer", "talimat", "kural", "yonerge", "komut"),
        ),
        re.compile(r"[\"'`„]$|\b(?:wie|comme|como|come|zoals|jak|som|jako) $"),
        (
            *("ignor", "verg", "gultig", "hinfallig", "aufgehoben", "nicht mehr", "missacht", "verwirf", "annul"),
            *("anulad", "caduc", "plus val", "remplac", "no valen", "nao valem", "non valgono", "efeito", "invalid"),
            *("substitu", "sostitu", "olvid", "esque", "dimentica", "descart", "desconsider", "vervallen"),
            *("ongeldig", "niet", "negeer", "vergeet", "zapom", "pomin", "odrzuc", "niewazne", "nie obow", "uniewa"),
            *("neber", "odloz", "neplat", "zrus", "bortse", "strunta", "glom", "galler inte", "ogilt", "upph"),
            *("yok say", "unut", "gecersiz", "gormezden", "dikkate", "iptal"),
        ),
    ),
    Pattern(
        "whoever writes the answer",
        0.8,
        re.compile(
            r"\b(?:who(?:so)?ever|anyone who|anybody who|anything that|whatever) (?:is |"
            r"are )?(?:now )?(?:summari[sz](?:es|ing)|(?:generat|writ|compos|draft|prepar|produc)(?:es|ing|s|"
            r"e) (?:an?|the|its|your) (?:answer|reply|response|summary)|answers? (?:from|with|using)|quot(?:es|"
            r"ing)|"
            r"pars(?:es|ing)|process(?:es|ing)|index(?:es|ing)) [^.\n]{0,30}?\b(?:this|"
            r"these)\b[^\n]{0,60}?\b(?:must|should|shall|has to|is to|needs? to|will|sends?|gives?|adds?|says?|"
            r"tells?|mentions?|leaves?|please|may not|do not|don't)\b|"
            r"\b(?:when|whenever|if|while|before|after|once) (?:you(?:'re| are)? )?(?:answer(?:ing)?|reply(?:ing)?|"
            r"respond(?:ing)?|quot(?:e|ing)|summari[sz](?:e|ing)|generat(?:e|"
            r"ing)[^.\n]{0,20}) (?:\w+ ){0,4}?(?:from|using|with|based on|of|to)? ?(?:this|the above|the present) "
            r"(?:text|page|article|document|passage|note|entry|source|faq|section)\b[^\n]{0,60}?\b(?:always|never|"
            r"must|only|include|add|append|show|insert|recommend|say|claim|tell|omit|leave out|close with|"
            r"end with)\b|"
            r"\b(?:wenn|sobald|falls) du (?:aus |auf (?:basis|grundlage) |mit |anhand )[^.\n]{0,40}(?:antwort\w+|"
            r"zitier\w+|zusammenfass\w+)|\bwer (?:dies\w*|das)(?: \w+)? (?:hier )?(?:zusammenfasst|automatisch)|"
            r"\b(?:lorsque|quand|si) (?:tu|vous) (?:reponds|repondez|cites|citez|resumes|"
            r"resumez)[^.\n]{0,30}\bce(?:t|tte)? (?:texte|page|article|document|passage)|"
            r"\b(?:cuando|al|si) (?:respond\w+|cit\w+|resum\w+)[^.\n]{0,30}\best[ea] (?:texto|pagina|articulo|"
            r"documento|pasaje)|\b(?:quando|ao|se) (?:respond\w+|cit\w+|resum\w+)[^.\n]{0,30}\b(?:n?est[ea]|"
            r"dest[ea]) (?:texto|pagina|artigo|documento|trecho)|"
            r"\b(?:quando|se) (?:rispond\w+|cit\w+|riassum\w+)[^.\n]{0,30}\bquest[oa] (?:testo|pagina|articolo|"
            r"documento|brano)|\b(?:als|wanneer) je [^.\n]{0,30}(?:deze|dit) (?:tekst|pagina|artikel|"
            r"document)[^.\n]{0,20}(?:antwoord\w*|citeert|samenvat)|"
            r"\b(?:gdy|kiedy|jesli) (?:odpowiadasz|cytujesz|streszczasz)[^.\n]{0,30}\bte(?:n|go|j)? (?:tekst|"
            r"strone|artykul|dokument)\w*|\bnar du (?:svarar|citerar|sammanfattar)[^.\n]{0,30}\b(?:denna|den har|"
            r"detta)|\bbu (?:metn|sayfa|makale|belge)\w*[^.\n]{0,20}(?:yanit|cevap|ozetle|"
            r"alinti)\w*[^.\n]{0,10}ken|"
            r"\b(?:kdyz|pokud|az) (?:odpovidas|citujes|shrnujes)[^.\n]{0,30}\bt(?:ento|oto|uto|ohoto|eto) (?:text|"
            r"strank|clan|dokument)\w*"
        ),
        (
            *(
                *("whoever", "whosoever", "anyone who", "anybody who", "anything that", "whatever", "the above"),
                *("the present",),
                *(
                    f"this {noun}"
                    for noun in ("text", "page", "art", "doc", "pass", "note", "entry", "source", "faq", "section")
                ),
                *("wenn du", "sobald du", "falls du", "wer d", "repond", "cite", "resum"),
            ),
            *(
                *("respond", "cita", "rispond", "riassum", "antwoord", "citeert", "samenvat", "odpowiadasz"),
                *("cytujesz", "streszczasz", "nar du", "metn", "sayfa", "makale", "belge", "odpovidas", "citujes"),
                *("shrnujes",),
            ),
        ),
        also=(
            *("summari", "answer", "reply", "respon", "repon", "quot", "pars", "process", "index", "generat"),
            *("antwort", "zitier", "fass", "cit", "resum", "rispond", "riassum", "antwoord", "samenvat", "odpow"),
            *("cyt", "streszcz", "svarar", "sammanfatt", "yanit", "cevap", "ozetle", "alinti", "odpovid", "shrnuj"),
        ),
    ),
    Pattern(
        "override in Japanese",
        0.85,
        re.compile(
            plain(
                r"(?:これまで|以前|上記|今まで|前|すべて|元|従来)(?:まで)?の(?:すべての|全ての)?(?:指示|命令|ルール|規則|設定|プロンプト|"
                r"ガイドライン)[^\n。]{0,12}?(?:無視|忘れ|破棄|無効|従わ)"
            )
        ),
        tuple(plain(word) for word in ("無視", "忘れ", "破棄", "無効", "従わ")),
        re.compile(plain(r"[「『]$")),
    ),
    Pattern(
        "answers in secret, in another language",
        0.5,
        re.compile(
            r"\b(?:(?:sag|verrate|erwahne|teile)\w* (?:das |dies |es |davon )?(?:dem |den |der )?(?:kund\w+|"
            r"nutzer\w*|benutzer\w*|anwender\w*)[^.\n]{0,20}\bnicht|ohne (?:dass? )?(?:dem |den |der )?(?:kund\w+|"
            r"nutzer\w*)[^.\n]{0,30}(?:merk|sag|erwahn)\w*|"
            r"n[e'](?: le | en |en | )?(?:dis|dites|parle|parlez|mentionne|mentionnez|revele|revelez|informe|"
            r"informez)\w* (?:pas|rien|jamais)[^.\n]{0,40}(?:client|utilisateur)\w*|no (?:se )?(?:lo )?(?:digas?|"
            r"dig[aá]is|mencion\w+|revel\w+|inform\w+|avis\w+)[^.\n]{0,40}"
            r"(?:cliente|usuari)\w*|nao (?:o |lhe )?(?:diga|conte|mencione|revele|informe|"
            r"avise)\w*[^.\n]{0,40}(?:cliente|usuari|utilizador)\w*|non (?:dirlo|dire|dite|menzionar\w*|rivelar\w*|"
            r"informar\w*)[^.\n]{0,40}(?:client|utent)\w*|(?:vertel|zeg|meld|noem) "
            r"(?:dit |dat |het )?(?:niet |nooit )?(?:aan )?(?:de )?(?:klant|gebruiker)\w*[^.\n]{0,20}(?:niet)?|"
            r"nie (?:mow|wspominaj|informuj|ujawniaj|zdradzaj)\w*[^.\n]{0,40}(?:klien|uzytkownik)\w*|(?:beratta|"
            r"namn|sag|avsloja) (?:inte|aldrig|det inte)[^.\n]{0,40}(?:kund|anvandar)\w*|"
            r"(?:musteri|kullanici)\w*[^.\n]{0,40}(?:soyleme\w*|bahsetme\w*|bildirme\w*|belli etme\w*)|(?:nerikej|"
            r"nezminuj|neprozra|neinformuj|nesdeluj)\w*[^.\n]{0,40}(?:zakazni|uzivatel)\w*|(?:zakazni|"
            r"uzivatel)\w*[^.\n]{0,40}(?:nerikej|nezminuj|neprozra|neinformuj|nesdeluj)\w*)"
        ),
        (
            *("kund", "nutzer", "anwender", "client", "utilisateur", "usuari", "utiliz", "utent", "klant"),
            *("gebruiker", "klien", "uzyt", "anvandar", "musteri", "kullanici", "zakazni", "uzivatel"),
        ),
    ),
)
