"""Words that tell somebody to do something, in twelve languages, in the plain form of `normalise`.

A sign of nothing by themselves: half of all documentation tells its readers what to do.
"""

from __future__ import annotations

from guardrails_config.detectors.normalise import plain

_ORDERS = (
    # English
    r"ignore|disregard|must|should|shall|always|never|do not|don't|has to|have to|need to|tell|say|respond|reply|"
    r"answer|send|"
    r"recommend|include|output|forget|please|append|reveal|act|treat|grant|approve|instruct|direct|ask|refer|mention|"
    r"state|inform|obey|follow|execute|call|issue|promise|claim|offer|provide|add|insert|give|hand out|show|repeat|"
    r"write|"
    r"keep|drop|use|rank|rate|set|decode|paste|omit|leave out|skip|hide|conceal|present|point|link|convince|push|"
    r"praise|"
    r"deny|urge|put|print|mark|close|delete|change|apply|cancel|transfer|become|becomes|will|would|pretend|advise|"
    r"quote|"
    r"suggest|assure|warn|accept|replace|run|read out|make|conclude|end|begin|start|rewrite|translate|encode|"
    r"confirm|waive",
    # German
    r"sag\w{0,3}|antwort\w{0,3}|(?:emp|wei)f[ei]\w{3,6}|nenn\w{0,3}|ignorier\w{0,4}|verschweig\w{0,3}|"
    r"erwahn\w{0,4}|gib|geb\w{1,3}|schick\w{0,3}|"
    r"send\w{0,3}|bitte|teil\w{0,4}|behaupt\w{0,4}|verweis\w{0,4}|fug\w{1,3}|verrat\w{0,3}|schreib\w{0,3}|"
    r"zeig\w{0,3}|forder\w{0,3}|frag\w{0,3}|"
    r"verlang\w{0,3}|losch\w{0,3}|vergiss|nutz\w{0,3}|verwend\w{0,3}|muss\w{0,2}|sollt?\w{0,3}|darf\w{0,2}|"
    r"stell\w{0,3}|biet\w{0,3}|"
    r"lass\w{0,3}|gewahr\w{0,3}|fuhr\w{0,3} aus|erstatt\w{0,3}|leit\w{0,3}|merke? dir|ruf\w{0,2}|hast|zu \w+en",
    # French
    r"dis|dites|dire|repond\w{0,3}|recommand\w{0,4}|indiqu\w{0,4}|ignor\w{0,3}|oubli\w{0,3}|mentionn\w{0,4}|"
    r"donn\w{0,3}|"
    r"envo[iy]\w{0,4}|demand\w{0,3}|affich\w{0,3}|ajout\w{0,3}|affirm\w{0,3}|renvo\w{0,4}|dirig\w{0,4}|"
    r"revel\w{0,4}|ecri\w{0,4}|"
    r"doi(?:s|t|vent)|devez|dev[ro]\w{1,4}|conseill\w{0,3}|propos\w{0,3}|inser\w{0,3}|present\w{0,3}|appel\w{0,4}|"
    r"cach\w{0,3}|accord\w{0,3}|"
    r"execut\w{0,3}|fourni\w{0,5}|evoqu\w{0,3}|merci de|montr\w{0,3}|invit\w{0,3}|precis\w{0,3}|veuillez|"
    r"transmet\w{0,4}|n[e'] \w+ (?:pas|jamais|plus)|ne",
    # Spanish, Portuguese, Italian
    r"di(?:le|les|ga\w{0,4}|ce|gli|ca|te)?|respond\w{0,4}|rispond\w{0,4}|contest\w{1,4}|recom[ie]\w{2,6}|"
    r"consigl\w{1,4}|raccomand\w{1,4}|olvid\w{1,4}|"
    r"dimentic\w{1,4}|esque[cç]\w{1,4}|menzion\w{1,4}|mencion\w{1,4}|envi\w{1,5}|invi\w{1,4}|p[ie][dcç]\w{1,5}|"
    r"chied\w{1,4}|muestr\w{1,4}|"
    r"mostr\w{1,4}|agreg\w{1,5}|anad\w{1,5}|aggiung\w{1,4}|adicion\w{1,4}|acrescent\w{1,4}|inclu\w{1,5}|"
    r"inserisc\w{1,3}|inser\w{1,4}|"
    r"afferm\w{1,4}|afirm\w{1,4}|redirig\w{1,4}|encaminh\w{1,4}|indirizz\w{1,4}|rivel\w{1,4}|revel\w{1,4}|"
    r"escrib\w{1,4}|escrev\w{1,4}|"
    r"scriv\w{1,4}|deb\w{1,4}|dev\w{1,4}|ofre\w{1,5}|offr\w{1,4}|omit\w{1,4}|omett\w{1,4}|ocult\w{1,4}|"
    r"nascond\w{1,4}|sugi\w{2,5}|suger\w{1,4}|"
    r"sugger\w{1,4}|inform(?:e|a|en|ar|i|ad|ale|arle)|conced\w{1,4}|apru?[eo][bv]\w{1,4}|llam\w{1,4}|chiam\w{1,4}|"
    r"ligu\w{1,3}|sostien\w{1,3}|pass\w{1,3}|siempre|"
    r"sempre|nunca|jamas|mai|non|no|nao|da(?:le)?|dai|use|usa|faca|cham[ae]\w{0,3}|fornec\w{1,4}|desco[nd]\w{3,7}|"
    r"haz|fai|traduz\w{0,3}|per favore|por favor",
    # Dutch, Swedish
    r"zeg\w{0,3}|antwoord\w{0,3}|beve?e?l\w{0,3}|raad|negeer|vergeet|noem\w{0,3}|vermeld\w{0,3}|geef|stuur|vraag|"
    r"toon|voeg|beweer|verwijs|onthul|schrijf|"
    r"moet\w{0,2}|mag|bied\w{0,2}|verzwijg|laat|gebruik|keur|verstrek|meld|vertel|adviseer|verberg|altijd|nooit|"
    r"niet|geen|"
    r"sag|svara|rekommendera|ignorera|glom|namn|ge|skicka|be|visa|lagg|pasta|hanvisa|avsloja|skriv|maste|skall?|bor|"
    r"erbjud|dolj|utelamna|informera|godkann|anvand|uppge|uppmana|alltid|aldrig|inte|beratta|hall",
    # Polish, Czech
    r"po\wiedz|mow\w{0,2}|odpowi\w{1,6}|polec\w{0,4}|z?ignoruj\w{0,3}|zapomni?\w{0,4}|wspom\w{1,6}|poda\w{1,5}|"
    r"wysl?ij\w{0,3}|wyślij|po?pros\w{0,3}|"
    r"poka[zż]\w{0,3}|doda\w{1,5}|twierd\w{1,4}|s?kieruj\w{0,3}|ujawn\w{1,4}|na?pisz\w{0,3}|musi\w{0,3}|"
    r"powin\w{2,4}|oferuj\w{0,3}|zaoferuj\w{0,3}|pomin\w{0,3}|"
    r"ukry\w{1,4}|zapewni\w{0,4}|po?informuj\w{0,3}|nazwij\w{0,3}|przekaz\w{0,4}|zatwierd\w{1,4}|uzyj\w{0,3}|niech|"
    r"wypisz\w{0,3}|zachowaj|nie|zawsze|nigdy|masz|"
    r"rekni\w{0,3}|rika\w{0,3}|odpov[ei]\w{1,5}|doporuc\w{0,5}|zmin\w{1,4}|uve[dď]\w{0,4}|uvad\w{1,4}|posl\w{1,4}|"
    r"pozad\w{1,4}|ukaz\w{0,4}|pride\w{1,4}|tvrd\w{1,4}|"
    r"odka[zž]\w{0,4}|prozra[dď]\w{0,4}|napis\w{0,3}|mus\w{1,3}|nabid\w{1,4}|nabizej\w{0,3}|zaml[cč]\w{0,4}|"
    r"sdel\w{0,4}|schval\w{0,3}|pouzij\w{0,3}|nesm\w{1,3}|at|prosim|vynech\w{0,3}|vzdy|nikdy|ne\w{3,9}",
    # Turkish: what is wanted stands at the end of a word or sentence
    r"soyle\w{0,8}|yanit\w{0,8}|cevap\w{0,8}|oner(?:in|iniz|melisin)?|tavsiye|yok say\w{0,6}|gormezden|unut\w{0,6}|"
    r"bahset\w{0,6}|ver(?:in|iniz|me\w{0,6})?|gonder\w{0,8}|iste(?:yin|yiniz|melisin)?|"
    r"goster\w{0,8}|ekle\w{0,8}|iddia|yonlendir\w{0,8}|acikla\w{0,8}|yaz(?:in|iniz)?|teklif|gizle\w{0,8}|"
    r"bildir\w{0,8}|onayla\w{0,8}|kullan\w{0,8}|paylas\w{0,8}|lutfen|her zaman|asla",
)
ORDER = rf"\b(?:{'|'.join(_ORDERS)})\b"
JAPANESE_ORDER = plain(
    r"(?:ください|下さい|しろ|せよ|すること|しなさい|なさい|してはならない|してはいけない|こと[。」】])"
)
