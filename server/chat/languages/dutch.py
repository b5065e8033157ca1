"""Dutch."""

from server.chat.languages.language import Language, Replies

DUTCH = Language(
    "nl",
    Replies(
        hand_over="Ik kan u doorverbinden met een collega die ernaar kijkt.",
        interrupted="Ik kan nu even geen antwoord uitschrijven. Dit staat er in onze documentatie:",
        trouble="Het lukt me nu even niet om te antwoorden. Probeer het zo nog eens, of ik kan u doorverbinden met een "
        "collega.",
        unanswered="Dat weet ik niet: onze documentatie gaat hier niet op in en ik wil liever niet gokken.",
        off_topic="Daar kan ik u hier helaas niet mee helpen. Ik beantwoord vragen over {product}.",
        harmful="Daar kan ik helaas niet mee helpen.",
        self_harm="Wat naar dat u dit doormaakt. Praat er nu met iemand over: bel het alarmnummer, of zoek een "
        "hulplijn in uw land op findahelpline.com.",
        personal_data="Persoonsgegevens van anderen kan ik helaas niet delen.",
        too_long="Dit bericht is helaas te lang voor mij. Stuur me uw vraag in een paar zinnen.",
        unreadable="Sorry, ik begrijp dit bericht niet. Stel uw vraag alstublieft opnieuw in een paar zinnen.",
        too_many="Dit waren heel veel dezelfde vragen in korte tijd, daarom stop ik hier even. Vertel ons alstublieft "
        "wat u zoekt.",
        not_checked="Er ging bij ons helaas iets mis, daarom kan ik hier nu beter niet op antwoorden.",
        not_covered="Ik kon dit helaas niet bevestigen met onze documentatie, daarom zeg ik er liever niets meer over.",
        withheld="Dit antwoord kan ik u hier helaas niet geven.",
        declined="Daar kan ik helaas niet mee helpen, maar ik beantwoord graag een vraag over {product}.",
    ),
    letters="éëïóöèü",
    words="de het een en of maar als dat die dit deze wat wie waar wanneer waarom hoe hoeveel welk welke ik jij je u "
    "uw hij zij ze wij we jullie hun hen mij me jou mijn jouw zijn haar ons onze is ben bent was waren wordt worden "
    "werd heb hebt heeft hebben had kan kunt kun kunnen kon zou zouden wil willen wilt moet moeten mag mogen zal "
    "zullen doe doet doen gaat gaan niet niets nooit niemand geen nog al altijd weer ook alleen meer veel zeer erg "
    "hier daar er dan toch even wel graag ja nee van voor naar met zonder aan op in uit om bij tot door over onder "
    "tussen tegen na sinds te ter alle alles andere anders iets iemand twee drie eerste laatste nieuwe hallo hoi "
    "goedemorgen goedemiddag goedendag dag bedankt dank alstublieft alsjeblieft vandaag gisteren morgen nu geld terug "
    "terugkrijgen terugbetaling factuur facturen rekening abonnement opzeggen annuleren betaling betalingen betalen "
    "betaald prijs kost kosten kaart klant klanten afspraak afspraken boeking boekingen agenda herinnering "
    "herinneringen bericht wachtwoord inloggen aanmelden adres nummer telefoonnummer telefoon verwijderen wijzigen "
    "veranderen toevoegen vinden vind zie zien krijg krijgen ontvangen gekregen versturen verstuurd fout pagina werkt "
    "maand jaar week uur vraag antwoord hulp helpen probleem medewerkers mens nodig",
    beginnings="herinn betal terug vraag gebrui verwij onder wacht",
    endings="ijk ijke ijn eren heid tje tjes ing aan een aar oor eld uit lijk gen",
)
