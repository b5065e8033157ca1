"""Polish."""

from server.chat.languages.language import Language, Replies

POLISH = Language(
    "pl",
    Replies(
        hand_over="Mogę przekazać sprawę komuś z naszego zespołu.",
        interrupted="Nie mogę teraz sformułować odpowiedzi. Oto co mówi nasza dokumentacja:",
        trouble="Mam teraz kłopot z udzieleniem odpowiedzi. Proszę spróbować ponownie za chwilę albo mogę przekazać "
        "sprawę komuś z naszego zespołu.",
        unanswered="Nie wiem: nasza dokumentacja tego nie obejmuje, a nie chcę zgadywać.",
        off_topic="Przepraszam, w tej sprawie nie mogę tutaj pomóc. Odpowiadam na pytania o {product}.",
        harmful="Przepraszam, w tym nie mogę pomóc.",
        self_harm="Bardzo mi przykro, że to Państwa spotyka. Proszę porozmawiać z kimś już teraz: zadzwonić pod numer "
        "alarmowy albo znaleźć telefon zaufania w swoim kraju na stronie findahelpline.com.",
        personal_data="Przepraszam, nie mogę udostępniać danych osobowych innych osób.",
        too_long="Ta wiadomość jest dla mnie za długa. Proszę przesłać pytanie w kilku zdaniach.",
        unreadable="Przepraszam, nie rozumiem tej wiadomości. Proszę zadać pytanie jeszcze raz w kilku zdaniach.",
        too_many="To było bardzo dużo podobnych pytań w krótkim czasie, więc robię tu przerwę. Proszę napisać, czego "
        "Państwo szukają.",
        not_checked="Przepraszam, po naszej stronie wystąpił błąd, więc wolę teraz na to nie odpowiadać.",
        not_covered="Przepraszam, nie udało mi się potwierdzić tego w naszej dokumentacji, więc wolę nie mówić nic "
        "więcej.",
        withheld="Przepraszam, tej odpowiedzi nie mogę tutaj udzielić.",
        declined="Przepraszam, nie mogę spełnić tej prośby, ale chętnie odpowiem na pytanie o {product}.",
    ),
    letters="ąćęłńóśźż",
    words="i a w we z ze na do od po o u przy przez dla bez pod nad za przed między oraz lub albo ale jeśli jeżeli że "
    "żeby bo ponieważ gdy czy co kto kogo komu gdzie kiedy dlaczego czemu jak jaki jaka jakie jakiej ile ilu który "
    "która które ja ty on ona ono my wy oni mnie mi ciebie ci go jej ją jego nas nam was wam ich im się siebie mój "
    "moja moje mojego mojej moim moich twój twoja nasz nasza nasze naszej naszym swój swoje swoją ten ta to te tego "
    "tej tym tych jest są był była było były jestem być będzie mam masz ma mamy mają mieć mogę może można mogą możemy "
    "chcę chce chciałbym chciałabym muszę musi trzeba powinien nie nic nigdy nikt żaden żadna zawsze jeszcze już nadal "
    "ciągle bardzo więcej też także tak tutaj tu tam teraz dziś dzisiaj wczoraj jutro wszystko wszystkie wszystkich "
    "inny inna inne dwa dwie trzy pierwszy ostatni ostatnia nowy nowa cześć witam dzień dobry dziękuję dzięki proszę "
    "pieniądze pieniędzy zwrot faktura faktury fakturę fakturze konto konta subskrypcja subskrypcję abonament anulować "
    "płatność płatności zapłacić cena koszt kosztuje opłata opłaty kartą klient klienta klientów klientka wizyta "
    "wizyty wizytę wizyt rezerwacja rezerwacji rezerwację kalendarz przypomnienie przypomnienia wiadomość hasło hasła "
    "logowania zalogować adres numer telefonu usunąć zmienić zmiana dodać znaleźć zobaczyć dostać dostałem otrzymać "
    "wysłać błąd strona stronie działa miesiąc miesiąca rok dni tydzień pytanie odpowiedź pomoc pomóc problem "
    "człowiekiem potrzebuję",
    beginnings="przep przyp prze przy rezer płatn fakt wszys odpow klien",
    endings="ść ści ować ać ić eć ego emu ych ych ów ami ach cja cji nia nie nych szy cie cz sz ki",
)
