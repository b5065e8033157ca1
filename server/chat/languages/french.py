"""French."""

from server.chat.languages.language import Language, Replies

FRENCH = Language(
    "fr",
    Replies(
        hand_over="Je peux vous mettre en relation avec un collègue.",
        interrupted="Je ne peux pas rédiger de réponse pour le moment. Voici ce que dit notre documentation :",
        trouble="J'ai du mal à répondre pour le moment. Réessayez dans un instant, ou je peux vous mettre en relation "
        "avec un collègue.",
        unanswered="Je ne sais pas : notre documentation n'en parle pas, et je préfère ne rien supposer.",
        off_topic="Je ne peux pas vous aider sur ce sujet ici. Je réponds aux questions sur {product}.",
        harmful="Je suis désolé, je ne peux pas vous aider pour cela.",
        self_harm="Je suis désolé que vous traversiez cela. Parlez-en à quelqu'un dès maintenant : appelez les "
        "urgences, ou trouvez une ligne d'écoute dans votre pays sur findahelpline.com.",
        personal_data="Je suis désolé, je ne peux pas communiquer les données personnelles d'autres personnes.",
        too_long="Ce message est trop long pour moi. Pouvez-vous poser votre question en quelques phrases ?",
        unreadable="Je suis désolé, je n'ai pas compris ce message. Pouvez-vous reformuler en quelques phrases ?",
        too_many="Cela fait beaucoup de questions semblables en peu de temps, je fais donc une pause. Dites-nous ce "
        "que vous cherchez.",
        not_checked="Je suis désolé, un problème est survenu de notre côté ; je préfère ne pas répondre maintenant.",
        not_covered="Je suis désolé, je n'ai pas pu le vérifier dans notre documentation ; je préfère m'arrêter là.",
        withheld="Je suis désolé, je ne peux pas vous donner cette réponse ici.",
        declined="Je suis désolé, je ne peux pas répondre à cette demande, mais je réponds volontiers à une question "
        "sur {product}.",
    ),
    letters="àâæçéèêëîïôœùûüÿ",
    words="le la les l' un une des du de d' et ou mais si que qu' qui quoi dont où quand comment pourquoi combien quel "
    "quelle quels quelles je j' tu il elle on nous vous ils elles me m' te t' se s' lui leur mon ma mes ton ta tes son "
    "sa ses notre nos votre vos ce c' cet cette ces ça cela est es suis sommes êtes sont était étaient été être ai as "
    "a avons avez ont avait avoir fait faire faut peut peux peuvent pouvez puis pouvoir pourrais pourriez voudrais "
    "veux veut voulez dois doit ne n' pas plus jamais rien personne aucun aucune toujours encore déjà trop très bien "
    "aussi alors donc ici là y en au aux à dans par pour avec sans sous sur chez entre vers après avant depuis pendant "
    "comme parce car tout tous toute toutes autre autres même mêmes deux trois premier dernière dernier nouveau "
    "nouvelle bonjour bonsoir salut merci svp oui non s'il plaît plait aujourd'hui hier demain maintenant argent "
    "remboursement rembourser facture factures compte abonnement résilier annuler paiement paiements payer payé prix "
    "coûte coute frais carte client clients cliente rendez-vous rendez réservation réservations calendrier rappel "
    "rappels message mot passe connecter connexion adresse numéro téléphone supprimer supprimez changer modifier "
    "ajouter retirer trouver voir reçu recevoir envoyer envoyé erreur page site marche fonctionne mois année jour "
    "jours semaine question réponse aide aider problème besoin celui celle ceci",
    beginnings="rembou résil supprim abonn répon désol rendez factur",
    endings="tion ment aire eux euse oir ez ais ait ont ées és ique",
)
