"""Spanish."""

from server.chat.languages.language import Language, Replies

SPANISH = Language(
    "es",
    Replies(
        hand_over="Puedo pasarle con un compañero que lo revisará.",
        interrupted="Ahora mismo no puedo redactar una respuesta. Esto es lo que dice nuestra documentación:",
        trouble="Ahora mismo tengo problemas para responder. Inténtelo de nuevo en un momento, o puedo pasarle con un "
        "compañero.",
        unanswered="No lo sé: nuestra documentación no lo trata y prefiero no suponer nada.",
        off_topic="Lo siento, aquí no puedo ayudarle con eso. Respondo preguntas sobre {product}.",
        harmful="Lo siento, no puedo ayudarle con eso.",
        self_harm="Siento mucho que esté pasando por esto. Hable con alguien ahora: llame al número de emergencias o "
        "busque una línea de ayuda de su país en findahelpline.com.",
        personal_data="Lo siento, no puedo facilitar datos personales de otras personas.",
        too_long="Ese mensaje es demasiado largo para mí. Por favor, envíeme su pregunta en unas pocas frases.",
        unreadable="Lo siento, no he entendido ese mensaje. Por favor, pregunte de nuevo en unas pocas frases.",
        too_many="Han sido muchas preguntas parecidas en poco tiempo, así que hago una pausa. Por favor, díganos qué "
        "está buscando.",
        not_checked="Lo siento, ha habido un problema por nuestra parte y prefiero no responder a esto ahora.",
        not_covered="Lo siento, no he podido confirmarlo en nuestra documentación y prefiero no decir más.",
        withheld="Lo siento, no puedo darle esa respuesta aquí.",
        declined="Lo siento, no puedo atender esa petición, pero con gusto respondo una pregunta sobre {product}.",
    ),
    letters="áéíñóúü¿¡",
    words="el la los las lo un una unos unas y o u pero si que qué quien quién quienes cual cuál cuáles cuando cuándo "
    "donde dónde como cómo cuanto cuánto cuánta cuántos cuántas porque por qué yo tú él ella nosotros ustedes usted "
    "ellos me te se nos le les mi mis tu tus su sus nuestro nuestra nuestros es son era soy eres está están estoy "
    "estaba ser estar fue he ha han hay había haber tengo tiene tienen tenemos hace hacer hago puedo puede pueden "
    "podemos podría podrían poder quiero quiere queremos quisiera necesito necesita debo debe no ni nunca nada nadie "
    "ningún ninguna siempre todavía aún ya más muy bien también así aquí allí sí de del en a al con sin para sobre "
    "entre hasta desde después antes todo todos toda todas otro otra otros mismo misma dos tres primero último última "
    "nuevo nueva hola buenos buenas días tardes gracias favor vale hoy ayer mañana ahora dinero devolver devuelven "
    "reembolso factura facturas cuenta suscripción cancelar pago pagos pagar pagado precio cuesta coste tarifa "
    "comisión comisiones tarjeta cliente clientes clienta cita citas reserva reservas calendario recordatorio "
    "recordatorios mensaje contraseña iniciar sesión correo correos dirección número teléfono eliminar borrar cambiar "
    "añadir quitar encontrar ver veo recibir recibió enviar error página web funciona mes año día semana pregunta "
    "respuesta ayuda ayudar problema empleados persona cobraron cobrado gustaría este esta esto estos estas ese esa "
    "eso esos esas aquel",
    beginnings="suscr reembo recorda contra pregun respue nuestr",
    endings="ción ciones dad mente ando iendo ido ado aron eron mos ña ño ble",
)
