"""Swedish."""

from server.chat.languages.language import Language, Replies

SWEDISH = Language(
    "sv",
    Replies(
        hand_over="Jag kan koppla dig vidare till en kollega som tittar på det.",
        interrupted="Jag kan inte formulera ett eget svar just nu. Så här står det i vår dokumentation:",
        trouble="Jag har svårt att svara just nu. Försök gärna igen om en stund, eller så kopplar jag dig vidare till "
        "en kollega.",
        unanswered="Det vet jag inte: vår dokumentation tar inte upp det, och jag vill helst inte gissa.",
        off_topic="Det kan jag tyvärr inte hjälpa till med här. Jag svarar på frågor om {product}.",
        harmful="Det kan jag tyvärr inte hjälpa till med.",
        self_harm="Jag är ledsen att du har det så svårt. Prata med någon nu: ring nödnumret, eller hitta en stödlinje "
        "i ditt land på findahelpline.com.",
        personal_data="Jag kan tyvärr inte lämna ut andras personuppgifter.",
        too_long="Det meddelandet är för långt för mig. Skicka gärna din fråga i några få meningar.",
        unreadable="Jag förstod tyvärr inte det meddelandet. Fråga gärna igen i några få meningar.",
        too_many="Det var väldigt många liknande frågor på kort tid, så jag gör en paus här. Berätta gärna vad du "
        "letar efter.",
        not_checked="Något gick tyvärr fel hos oss, så det är bäst att jag inte svarar på det just nu.",
        not_covered="Jag kunde tyvärr inte bekräfta det i vår dokumentation, så jag vill helst inte säga mer.",
        withheld="Det svaret kan jag tyvärr inte ge dig här.",
        declined="Det kan jag tyvärr inte hjälpa till med, men jag svarar gärna på en fråga om {product}.",
    ),
    letters="åäöé",
    words="och eller men om att som när var vart varför hur vad vem vilka vilken vilket jag du han hon den det de vi "
    "ni dem mig dig honom henne oss er sig min mitt mina din ditt dina sin sitt sina vår vårt våra ert era deras en "
    "ett är var vara varit blir bli blev har hade ha haft kan kunde ska skulle vill ville måste får fick göra gör "
    "gjort går gick inte inget ingen inga aldrig alltid någon något några redan ännu fortfarande också bara mer mycket "
    "många här där då nu så ja nej tack hej hejsan snälla gärna på i av för från med utan till under över mellan mot "
    "efter före innan hos vid ur åt alla allt andra annan annat samma två tre första sista senaste ny nya idag igår "
    "imorgon pengar pengarna tillbaka återbetalning faktura fakturor fakturan konto kontot abonnemang prenumeration "
    "avbryta avboka säga betalning betalningar betala betalat pris priset kostar kostnad avgift avgifter kort kund "
    "kunder kunden bokning bokningar boka tid tider kalender kalendern påminnelse påminnelser meddelande lösenord "
    "logga adress nummer telefonnummer telefon radera ändra ändrar byta lägga hitta hittar se ser skicka skickat "
    "skickades fel sida sidan fungerar månad år dag dagar vecka fråga svar hjälp hjälpa problem behöver människa "
    "uppgifter",
    beginnings="betal fråg bokni påmin återb medde kund behöv",
    endings="ningar ning ningen ande arna erna orna ade ades ar iskt else ligt ör ät är",
)
