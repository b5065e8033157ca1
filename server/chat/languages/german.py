"""German."""

from server.chat.languages.language import Language, Replies

GERMAN = Language(
    "de",
    Replies(
        hand_over="Auf Wunsch verbinde ich Sie mit einer Kollegin oder einem Kollegen.",
        interrupted="Ich kann gerade keine Antwort ausformulieren. Das steht dazu in unserer Dokumentation:",
        trouble="Ich kann gerade leider nicht antworten. Bitte versuchen Sie es gleich noch einmal, oder ich "
        "verbinde Sie mit einer Kollegin oder einem Kollegen.",
        unanswered="Das weiß ich leider nicht: Unsere Dokumentation behandelt es nicht, und raten möchte ich nicht.",
        off_topic="Dabei kann ich hier leider nicht helfen. Ich beantworte Fragen zu {product}.",
        harmful="Dabei kann ich leider nicht helfen.",
        self_harm="Es tut mir leid, dass es Ihnen so geht. Bitte sprechen Sie jetzt mit jemandem: Rufen Sie den Notruf "
        "an, oder suchen Sie unter findahelpline.com ein Krisentelefon in Ihrem Land.",
        personal_data="Persönliche Daten anderer Menschen darf ich leider nicht weitergeben.",
        too_long="Diese Nachricht ist mir leider zu lang. Bitte schicken Sie mir Ihre Frage in wenigen Sätzen.",
        unreadable="Diese Nachricht konnte ich leider nicht verstehen. Bitte fragen Sie noch einmal in wenigen Sätzen.",
        too_many="Das waren sehr viele ähnliche Fragen in kurzer Zeit, deshalb mache ich hier eine Pause. Bitte sagen "
        "Sie uns, was Sie suchen.",
        not_checked="Bei uns ist leider etwas schiefgegangen, deshalb antworte ich darauf jetzt lieber nicht.",
        not_covered="Das konnte ich in unserer Dokumentation leider nicht bestätigen, deshalb sage ich lieber nichts "
        "weiter dazu.",
        withheld="Diese Antwort kann ich Ihnen hier leider nicht geben.",
        declined="Dabei kann ich leider nicht helfen, aber Fragen zu {product} beantworte ich gern.",
    ),
    letters="äöüß",
    words="der die das den dem des ein eine einen einem einer eines kein keine keinen und oder aber wenn weil dass ob "
    "als wie was wer wen wem wo wohin woher wann warum wieso weshalb welche welcher welches ich du er sie es wir ihr "
    "mich dich uns euch sich mir dir ihm ihnen mein meine meinen meinem meiner dein deine sein seine unser unsere "
    "unserem unseren unserer euer eure ihre ihren ist sind war waren bin bist wird werden wurde worden habe hat haben "
    "hatte hab kann kannst können könnte könnten konnte muss müssen soll sollte will wollen möchte würde darf dürfen "
    "nicht nichts nie niemals noch nur auch schon mehr sehr immer wieder hier dort da dann doch mal bitte danke hallo "
    "guten tag morgen abend ja nein gern gerne in im an am auf aus bei beim bis durch für gegen mit nach ohne seit "
    "über um unter von vom vor zu zum zur zwischen alle alles andere anderen etwas jemand gibt geht ging machen mache "
    "gemacht bekomme bekommen erhalten finde finden sehe sehen ändern löschen kündigen stornieren funktioniert klappt "
    "brauche heute gestern jetzt geld zurück rechnung rechnungen konto abo kunde kunden kundin termin termine buchung "
    "buchungen zahlung zahlungen bezahlen bezahlt preis kosten kostet gebühr gebühren nummer passwort anmelden fehler "
    "seite monat jahr woche uhr zwei drei erste letzte neue neuen viele viel wenig lange erinnerung erinnerungen "
    "mitarbeiter frage antwort mensch",
    beginnings="rechn erinn kündi bezah überw mitar änder lösch",
    endings="ung ungen lich liche heit keit isch ieren iert tz cht chen schen",
)
