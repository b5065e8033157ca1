"""English."""

from server.chat.languages.language import Language, Replies

ENGLISH = Language(
    "en",
    Replies(
        hand_over="I can hand you over to a colleague who will look into it.",
        interrupted="I can't write out an answer right now. This is what our documentation says:",
        trouble="I am having trouble answering right now. Please try again in a moment, or I can hand you over to a "
        "colleague.",
        unanswered="I don't know: our documentation does not cover this, and I would rather not guess.",
        off_topic="That is outside of what I can help with here. I can answer questions about {product}.",
        harmful="I can't help with that, I'm afraid.",
        self_harm="I'm sorry that you are going through this. Please talk to someone now: call your local emergency "
        "number, or find a crisis line in your country at findahelpline.com.",
        personal_data="I'm sorry, but I can't share other people's personal data.",
        too_long="That message is too long for me to read. Please send me your question in a few sentences.",
        unreadable="I'm sorry, I could not make sense of that message. Please ask again in a few sentences.",
        too_many="Those were a great many similar questions in a short time, so I will pause here. Please tell us what "
        "you are looking for.",
        not_checked="I'm sorry, something went wrong on our side, so I had better not answer this just now.",
        not_covered="I'm sorry, I could not confirm this with our documentation, so I would rather not say more.",
        withheld="I'm sorry, I can't give you this answer here.",
        declined="I'm sorry, I can't help with that request, but I am happy to answer a question about {product}.",
    ),
    letters="",
    words="the a an and or but if of to in on at by for from with without about into is are was were be been being am "
    "do does did dont doesnt cant don't doesn't didn't can can't could will won't would should may might must have has "
    "had haven't hasn't i i'm i've i'd you you're your yours he she it it's its we we're our they their them him her "
    "me my mine us this that these those there here what what's which who whom whose when where why how not no yes any "
    "some all every each many much more most other another than then so too very just only still already again never "
    "always ever yet now today tomorrow yesterday please thanks thank hello hi hey sorry okay get got getting go going "
    "make want need like help know see find change work works working use using set up out off over between after "
    "before because while until as same new old one two three first last next long money back refund cancel cancelled "
    "subscription account invoice invoices bill billing payment payments pay paid payout charge charged charges fee "
    "fees price pricing cost costs much booking bookings book booked appointment appointments calendar customer "
    "customers client clients reminder reminders message messages password login log sign email phone number address "
    "delete remove add import export staff user users team share page website error wrong broken missing show shows "
    "shown time day week month monthly year yearly month's per does anyone something nothing anything someone transfer "
    "card bank send sent receive received order delivery question answer agent human person speak talk",
    beginnings="some every thing would shoul wheth throu refun cancel charg remind delet",
    endings="ing tion ght ould n't ness ly",
)
