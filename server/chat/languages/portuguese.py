"""Portuguese, worded so that it reads well in Portugal and in Brazil."""

from server.chat.languages.language import Language, Replies

PORTUGUESE = Language(
    "pt",
    Replies(
        hand_over="Posso encaminhar a conversa para um colega.",
        interrupted="Neste momento não consigo redigir uma resposta. Isto é o que diz a nossa documentação:",
        trouble="Neste momento estou com dificuldade em responder. Tente novamente daqui a pouco, ou posso encaminhar "
        "a conversa para um colega.",
        unanswered="Não sei: a nossa documentação não trata disso e prefiro não adivinhar.",
        off_topic="Lamento, mas não posso ajudar com esse assunto aqui. Respondo a perguntas sobre {product}.",
        harmful="Lamento, mas não posso ajudar com isso.",
        self_harm="Lamento muito que esteja passando por isso. Por favor, fale com alguém agora: ligue para o número "
        "de emergência ou procure uma linha de apoio do seu país em findahelpline.com.",
        personal_data="Lamento, mas não posso partilhar dados pessoais de outras pessoas.",
        too_long="Essa mensagem é longa demais para mim. Por favor, envie a sua pergunta em poucas frases.",
        unreadable="Lamento, mas não entendi essa mensagem. Por favor, pergunte de novo em poucas frases.",
        too_many="Foram muitas perguntas parecidas em pouco tempo, por isso faço uma pausa. Por favor, diga-nos o que "
        "procura.",
        not_checked="Lamento, ocorreu um problema do nosso lado e prefiro não responder a isto agora.",
        not_covered="Lamento, mas não consegui confirmar isto na nossa documentação e prefiro não dizer mais.",
        withheld="Lamento, mas não posso dar essa resposta aqui.",
        declined="Lamento, mas não posso atender a esse pedido. Respondo com gosto a uma pergunta sobre {product}.",
    ),
    letters="áâãàçéêíóôõúü",
    words="o a os as um uma uns umas e ou mas se que quê quem qual quais quando onde como porque por porquê quanto "
    "quanta quantos quantas eu tu você vocês ele ela nós eles elas me te se nos lhe meu minha meus minhas teu tua seu "
    "sua seus suas nosso nossa nossos nossas é são era sou está estão estou estava ser estar foi fui tem têm tenho "
    "temos ter tinha há faz fazer faço posso pode podem podemos poderia poder quero quer queremos queria gostaria "
    "preciso precisa devo deve consigo consegue não nem nunca nada ninguém nenhum nenhuma sempre ainda já mais muito "
    "muita bem também assim aqui ali isso isto este esta esse essa sim de do da dos das em no na nos nas num numa ao "
    "aos à às com sem para pelo pela pra sobre entre até desde depois antes todo todos toda todas outro outra outros "
    "mesmo mesma dois duas três primeiro último última novo nova olá oi bom boa dia tarde obrigado obrigada favor hoje "
    "ontem amanhã agora dinheiro reembolso fatura faturas conta assinatura cancelar pagamento pagamentos pagar pago "
    "preço custa custo taxa taxas cartão cliente clientes marcação marcações agendamento agendamentos reserva reservas "
    "calendário lembrete lembretes mensagem senha entrar endereço número telefone celular eliminar apagar mudar "
    "alterar adicionar remover encontrar ver vejo receber recebeu enviar enviado erro página site funciona mês ano "
    "semana pergunta resposta ajuda ajudar problema pessoa cobrado",
    beginnings="assina reembo pagame lembre agenda mensag noss",
    endings="ção ções dade mente ando endo indo ado ido ou ram mos nha nho ão ões vel agem",
)
