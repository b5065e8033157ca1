"""Italian."""

from server.chat.languages.language import Language, Replies

ITALIAN = Language(
    "it",
    Replies(
        hand_over="Posso metterla in contatto con un collega.",
        interrupted="In questo momento non riesco a scrivere una risposta. Ecco che cosa dice la nostra "
        "documentazione:",
        trouble="In questo momento non riesco a rispondere. Riprovi tra poco, oppure posso metterla in contatto con un "
        "collega.",
        unanswered="Non lo so: la nostra documentazione non ne parla e preferisco non tirare a indovinare.",
        off_topic="Mi dispiace, qui non posso aiutarla con questo argomento. Rispondo a domande su {product}.",
        harmful="Mi dispiace, non posso aiutarla in questo.",
        self_harm="Mi dispiace molto che stia vivendo questo momento. Ne parli subito con qualcuno: chiami il numero "
        "di emergenza o cerchi una linea di ascolto del suo Paese su findahelpline.com.",
        personal_data="Mi dispiace, non posso comunicare dati personali di altre persone.",
        too_long="Questo messaggio è troppo lungo per me. Mi scriva per favore la domanda in poche frasi.",
        unreadable="Mi dispiace, non ho capito questo messaggio. Può riscriverlo in poche frasi?",
        too_many="Sono arrivate moltissime domande simili in poco tempo, quindi faccio una pausa. Ci dica per favore "
        "che cosa sta cercando.",
        not_checked="Mi dispiace, si è verificato un problema da parte nostra: per ora preferisco non rispondere.",
        not_covered="Mi dispiace, non ho potuto verificarlo nella nostra documentazione e preferisco fermarmi qui.",
        withheld="Mi dispiace, qui non posso darle questa risposta.",
        declined="Mi dispiace, non posso soddisfare questa richiesta, ma rispondo volentieri a una domanda su "
        "{product}.",
    ),
    letters="àèéìíîòóù",
    words="il lo la i gli le l' un uno una un' e ed o ma se che chi cosa cos'è cui quale quali quando dove dov'è come "
    "perché quanto quanta quanti quante io tu lui lei noi voi loro mi ti si ci vi ne mio mia miei mie tuo tua suo sua "
    "nostro nostra nostri vostro vostra è sono sei era siamo siete essere stato stata ho hai ha abbiamo avete hanno "
    "avere aveva c'è fa fare faccio fatto può posso possono puoi potete potrei potreste vorrei voglio vuole devo deve "
    "riesco non mai niente nulla nessuno nessun nessuna sempre ancora già più molto bene anche così qui lì di del "
    "dello della dei degli delle da dal dalla dai in nel nella nei nelle a al allo alla ai agli alle con su sul sulla "
    "sui sulle per tra fra senza sotto dopo prima fino tutto tutti tutta tutte altro altra altri stesso stessa due tre "
    "primo ultimo ultima nuovo nuova ciao buongiorno buonasera salve grazie prego favore sì no oggi ieri domani adesso "
    "ora soldi rimborso rimborsare fattura fatture conto account abbonamento disdire annullare pagamento pagamenti "
    "pagare pagato prezzo costa costo commissioni carta cliente clienti appuntamento appuntamenti prenotazione "
    "prenotazioni calendario promemoria messaggio accedere accesso indirizzo numero telefono cancellare eliminare "
    "cambiare cambio aggiungere togliere trovare vedere vedo ricevere ricevuto inviare errore pagina sito funziona "
    "mese anno giorno settimana domanda risposta aiuto aiutare problema serve questo questa questi queste quello "
    "quella quel quei quelle",
    beginnings="rimbor fattur appunt prenot abbon rispos aggiun dell nell sull",
    endings="zione zioni mento menti ità ato ata ati uto iamo ete gli cchi tto tta ssi zzo",
)
