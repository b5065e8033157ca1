"""Turkish."""
# ruff: noqa: RUF001 - the dotless i is a letter of it

from server.chat.languages.language import Language, Replies

TURKISH = Language(
    "tr",
    Replies(
        hand_over="Sizi konuyla ilgilenecek bir çalışma arkadaşıma aktarabilirim.",
        interrupted="Şu anda kendi yanıtımı yazamıyorum. Belgelerimizde şunlar yer alıyor:",
        trouble="Şu anda yanıt vermekte zorlanıyorum. Lütfen biraz sonra yeniden deneyin ya da sizi bir çalışma "
        "arkadaşıma aktarabilirim.",
        unanswered="Bunu bilmiyorum: Belgelerimizde bu konu yer almıyor ve tahminde bulunmak istemem.",
        off_topic="Üzgünüm, burada bu konuda yardımcı olamıyorum. {product} hakkındaki soruları yanıtlıyorum.",
        harmful="Üzgünüm, bu konuda yardımcı olamam.",
        self_harm="Bunları yaşadığınız için çok üzgünüm. Lütfen hemen biriyle konuşun: Acil yardım numarasını arayın "
        "ya da findahelpline.com adresinden ülkenizdeki bir destek hattını bulun.",
        personal_data="Üzgünüm, başkalarının kişisel bilgilerini paylaşamam.",
        too_long="Bu mesaj benim için fazla uzun. Lütfen sorunuzu birkaç cümleyle yazın.",
        unreadable="Üzgünüm, bu mesajı anlayamadım. Lütfen sorunuzu birkaç cümleyle yeniden yazın.",
        too_many="Kısa sürede birbirine benzeyen çok sayıda soru geldi, bu yüzden burada ara veriyorum. Lütfen ne "
        "aradığınızı bize yazın.",
        not_checked="Üzgünüm, bizim tarafımızda bir sorun oluştu; şimdilik buna yanıt vermesem daha iyi olur.",
        not_covered="Üzgünüm, bunu belgelerimizde doğrulayamadım; daha fazlasını söylemek istemem.",
        withheld="Üzgünüm, bu yanıtı burada veremem.",
        declined="Üzgünüm, bu isteği yerine getiremem, ama {product} hakkındaki bir sorunuzu seve seve yanıtlarım.",
    ),
    letters="çğıöşüâî",
    words="ve veya ya da de ki ama eğer için ile gibi kadar göre sonra önce bir bu şu o ben sen biz siz onlar benim "
    "senin bizim sizin onun bana sana bize size ona beni seni bizi sizi onu ne neden niye niçin nasıl nerede nereden "
    "nereye nedir kim kime kaç hangi hangisi mi mı mu mü miyim mıyım musunuz mısınız misiniz var yok değil evet hayır "
    "çok az daha en hiç her hep hala hâlâ artık şimdi bugün dün yarın zaten sadece bile başka aynı iki üç ilk son yeni "
    "eski tüm bütün hepsi şey merhaba selam günaydın teşekkür teşekkürler ederim lütfen tamam peki olur oldu olarak "
    "olan olmak oluyor olabilir etmek et eder ediyor yapmak yapabilir istiyorum isterim lazım gerek gerekiyor para "
    "paramı iade ödeme ödemeler ödedim fatura faturalar faturam faturamı hesap hesabım hesabımı abonelik aboneliği "
    "aboneliğimi iptal fiyat ücret ücreti kaç komisyon kart müşteri müşteriler randevu randevular randevumu "
    "rezervasyon takvim hatırlatma hatırlatmalar mesaj şifre şifremi giriş adres numara numarası telefon sil silmek "
    "değiştirmek ekle eklemek bulmak görmek almak aldım almadı gönder hata sayfa sayfası çalışıyor çalışmıyor ay aylık "
    "yıl yıllık gün hafta soru cevap yardım sorun insan içinde üzerinde alabilir",
    beginnings="müşte ödem fatur hesab abone randev değişt hatırl çalış kulla gönder yapab görün",
    endings="yor yorum iyor ıyor uyor lar ler ları leri ım im lik lık mak mek dı di dan den miş mış siniz sınız bilir "
    "nız niz nda nde rım rim nın nin",
)
