//! The words of the concepts in other languages, one row a concept. Accents are folded on both sides.

/// Name of the concept, its words and phrases.
pub(super) const WORDS: &[(&str, &str)] = &[
    (
        "set-aside",
        "ignora*; olvid*; descart*; pasa por alto; haz caso omiso; no hagas caso; omite; ignorez; oublie*; neglige*; ecarte; fais abstraction; ne tiens pas compte; \
         ne tenez pas compte; ignorier*; vergiss*; vergessen sie; missacht*; uberspring*; verwirf; lass ausser acht; esque*; desconsider*; descarte; desprez*; dimentica*; \
         trascura*; tralascia; scarta; non considerare; negeer*; vergeet; sla over; laat buiten beschouwing; zignoruj*; ignoruj*; zapomn*; pomin; odrzuc; nie zwracaj uwagi; \
         игнорир*; проигнорир*; забудь*; забыть; отбрось; не обращай внимания; пренебре*; ігнору*; проігнору*; забудь; відкинь; yok say*; gormezden; unut*; dikkate alma*; \
         bos ver; تجاهل*; انس; انسى; اهمل; لا تلتفت; تغاض; התעלם*; התעלמ*; שכח*; תשכח*; अनदेख*; नजरअंदाज; नज़रअंदाज़; भूल*; उपेक्षा; \
         忽略; 无视; 無視; 忘记; 忘掉; 忘記; 抛开; 不要理会; 不用管; 舍弃; 忘れて; 忘れろ; 忘れ; 無視して; 破棄; 무시*; 잊어*; 잊고; 잊으*; 제쳐*; bo qua; quen; lo di; phot lo; \
         dung de y; abaikan; lupakan; kesampingkan; jangan hirauk*; ignorera; glom; bortse fran; strunta i; ignorer*; glem; se bort fra; unohda; ohita; jata huomiotta; \
         ignoruj; zapomen; opomen; nedbej; uita; ignora; nu tine cont; αγνοησ*; ξεχασ*; ξεχνα; παραβλεψ*; hagyd figyelmen; felejtsd; เพิกเฉย; ลืม; ไม่ต้องสนใจ; نادیده; فراموش*; puuza; sahau; \
         উপেক্ষা; ভুলে; புறக்கணி*; மறந்து*; huwag pansinin; kalimutan; balewalain",
    ),
    (
        "prior",
        "anterior*; previ*; precedent*; inicial*; original*; arriba; antes; hasta ahora; ci dessus; avant; initial*; jusqu ici; vorherig*; bisherig*; vorig*; fruher*; obig*; \
         vorangegangen*; zuvor; ursprunglich*; oben; precedenti; precedente; sopra; iniziali; finora; acima; vorige; eerder*; bovenstaand*; voorgaand*; oorspronkelijk*; hiervoor; \
         poprzedni*; wczesniejsz*; powyzsz*; dotychczas*; poczatkow*; предыдущ*; прежн*; выше; ранее; прошл*; исходн*; попередн*; вище; раніше; onceki; yukaridaki; daha once; \
         baslangic*; السابق*; اعلاه; المذكور*; قبل; הקודמ*; לעיל; קודם; פקודות קודמות; पिछल*; पूर्व; ऊपर*; पहले; 之前; 以前; 上面; 以上; 先前; 前面; 上述; 原来; 此前; これまで; 前の; 上記; \
         以前の; 最初の; 이전*; 위의; 앞의; 앞서; 기존*; 지금까지; truoc; o tren; ben tren; ban dau; sebelumnya; di atas; terdahulu; awal; tidigare; foregaende; ovan; tidligere; \
         aiemm*; edellis*; ylla; predchozi*; drivejsi*; vyse; anterioare; de mai sus; προηγουμεν*; παραπανω; korabbi; elozo; fenti; ก่อนหน้า; ข้างต้น; قبلی; بالا; পূর্ববর্তী; আগের; முந்தைய; awali; zilizotangulia; nakaraang",
    ),
    (
        "every",
        "todo; todos; todas; toda; cualquier; tout; toute; toutes; tous; alle; alles; samtliche; jede; jegliche; tutto; tutte; tutti; qualsiasi; tudo; quaisquer; elk; ieder; \
         wszystk*; kazd*; все; всё; всех; любые; всі; усі; всe; tum; butun; hepsini; جميع; كل; כל; सभी; सब; हर; 所有; 全部; 一切; 任何; すべて; 全て; あらゆる; 全部の; 모든; 모두; 전부; \
         tat ca; moi; toan bo; semua; seluruh; segala; alla; allt; kaikki; vsechn*; toate; tot; ολα; ολες; ολους; minden; osszes; ทั้งหมด; همه; تمام; সব; সমস্ত; அனைத்து; எல்லா; yote; zote; lahat",
    ),
    (
        "rules",
        "instruccion*; regla*; directri*; directiv*; indicacion*; norma*; ordenes; restriccion*; limitacion*; consigne*; instructie*; regle; regles; contrainte*; \
         anweisung*; regel*; vorgabe*; richtlini*; befehl*; beschrankung*; einschrankung*; instruktion*; istruzion*; regol*; direttiv*; vincol*; restrizion*; instruco*; \
         instruc*; diretriz*; regras; regra; orientac*; ordens; restric*; richtlijn*; opdracht*; beperking*; aanwijzing*; instrukcj*; polecen*; zasad*; wytyczn*; ogranicze*; regul*; \
         инструкц*; указани*; правил*; ограничени*; команд*; директив*; інструкц*; вказівк*; правил*; обмеженн*; talimat*; yonerge*; kural*; kisitlama*; emirler*; komut*; \
         التعليمات; تعليمات*; القواعد; قواعد*; الاوامر; اوامر*; القيود; قيود*; التوجيهات; توجيهات*; הוראות*; ההוראות; הוראה; כללים; הכללים; הנחיות*; ההנחיות; הגבלות; \
         निर्देश*; नियम*; आदेश*; प्रतिबंध*; 指令; 限制; 约束; 约束条件; 指示; 规则; 規則; 规定; 要求; 命令; 准则; ルール; 制限; 制約; 指針; 지시*; 지침*; 규칙*; 명령*; 제한*; 제약*; 설정*; \
         huong dan; chi dan; chi thi; quy tac; lenh; gioi han; quy dinh; instruksi; perintah; aturan; arahan; batasan; pedoman; ketentuan; instruktioner; regler; riktlinjer; \
         retningslinj*; ohjee*; ohjeet; saanno*; sananto*; pokyn*; pravid*; instruk*; instructiunil*; reguli*; οδηγι*; κανονε*; εντολε*; utasitas*; szabaly*; คำสั่ง; กฎ; ข้อจำกัด; \
         دستور*; قوانین; নির্দেশ*; নিয়ম*; வழிமுறை*; விதி*; அறிவுறுத்தல்*; maagizo; maelekezo; kanuni; tagubilin; panuntunan; utos",
    ),
    (
        "prompt",
        "prompt del sistema; prompt de sistema; prompt do sistema; prompt di sistema; prompt systeme; invite systeme; message systeme; mensaje del sistema; mensaje de sistema; \
         systemprompt*; system prompt*; systemnachricht; systeemprompt; systeembericht; prompt systemowy; promptu systemowego; podpowiedz systemow*; wiadomosc systemow*; \
         системн*; промпт*; системний промпт; підказк*; sistem istemi*; istem; sistem mesaj*; موجه النظام; موجه; رسالة النظام; הנחיית המערכת; פרומפט; सिस्टम प्रॉम्प्ट; प्रॉम्प्ट; \
         系统提示词; 系统提示; 系統提示; 提示词; 初始提示; 系统消息; システムプロンプト; プロンプト; 初期設定; 시스템 프롬프트*; 프롬프트*; 시스템 메시지*; loi nhac; loi nhac he thong; cau lenh he thong; \
         prompt sistem; pesan sistem; systemmeddelande*; jarjestelmakehot*; systemov*; mesajul de sistem; promptul; προτροπη; μηνυμα συστηματος; rendszeruzenet; rendszerprompt; \
         พรอมต์; ข้อความระบบ; versteckt*; instrucciones ocultas; instructions cachees; instrucoes ocultas; istruzioni nascoste; confidencial*; скрыт*; 隐藏; 隠された",
    ),
    (
        "reveal",
        "revel*; muestr*; mostrar; dime; ensename; dame; divulg*; affich*; montr*; donne moi; dis moi; devoil*; verrat*; zeig*; nenne; gib; gebe; offenbar*; enthull*; rivela*; \
         mostra*; dimmi; dammi; svela; diga; mostre; exib*; conte; me de; onthul*; toon; geef; laat zien; vertel me; ujawn*; pokaz*; podaj; wyswietl*; zdradz*; раскро*; покажи*; \
         выведи*; сообщи*; назови; выдай; расскажи; розкрий*; покажи*; виведи*; goster*; acikla; soyle; ifsa et; اكشف*; اظهر*; اعرض*; اخبرني; اعطني; قل لي; חשוף; הצג*; הראה; גלה; תגיד; \
         दिखा*; बता*; प्रकट; उजागर; 输出; 告诉; 显示; 透露; 泄露; 展示; 给我; 公开; 出力; 教えて; 表示; 明かして; 開示; 見せて; 보여*; 알려*; 공개*; 출력*; 말해*; 누설*; tiet lo; hien thi; cho toi; \
         cho biet; dua ra; in ra; tampilkan; ungkap*; tunjukkan; beritahu; bocorkan; berikan; visa; avsloja; vis; afslor; avslor; nayta; paljasta; kerro; ukaz*; prozrad*; odhal*; arata*; dezvaluie; \
         αποκαλυψ*; δειξ*; πες μου; mutasd; fedd fel; aruld el; เปิดเผย; แสดง; บอก; نشان بده; فاش کن; প্রকাশ; দেখাও; காட்டு; வெளிப்படுத்*; onyesha; fichua; ipakita; ibunyag",
    ),
    (
        "secret",
        "contrasen*; clave; secret*; secreto; secreta; mot de passe; passwort*; kennwort; geheim*; schlussel; senha*; segredo*; segreto; segreta; password; chiave; wachtwoord*; sleutel; \
         haslo; hasla; tajn*; sekret*; klucz*; парол*; секрет*; ключ*; таємн*; sifre*; parola*; gizli*; anahtar*; كلمة المرور; كلمة السر; السر*; سري*; مفتاح; סיסמ*; סוד*; מפתח*; \
         पासवर्ड; गुप्त; गोपनीय; कुंजी; 密码; 密碼; 秘密; 密钥; 机密; 口令; パスワード; 秘密鍵; 비밀*; 암호*; 기밀*; mat khau; bi mat; khoa; kata sandi; sandi; rahasia; kunci; losenord*; \
         hemlig*; adgangskode; passord; salasana*; salai*; heslo*; parola; κωδικ*; μυστικ*; jelszo*; titk*; รหัสผ่าน; ความลับ; رمز عبور; محرمانه; পাসওয়ার্ড; கடவுச்சொல்; nywila; siri",
    ),
    (
        "pretend",
        "actua como; finge*; haz de cuenta; imagina; comportate como; compórtate como; responde como; haz el papel; agis comme; fais semblant; imagine que; comporte toi; joue le role; reponds comme; tu joues; \
         tu als ob; verhalte dich; spiele; spiel die rolle; handle als; agiere als; stell dir vor; gib dich als; fingi; fai finta; comportati; agisci come; immagina; aja como; finja; \
         faca de conta; comporte se; imagine; doe alsof; gedraag je; stel je voor; speel; udawaj*; zachowuj sie; wyobraz sobie; wciel sie; притворись*; веди себя; представь*; действуй как; \
         сыграй роль; вдавай; поводься; уяви; gibi davran*; gibi yap; hayal et; rolunu; rol yap; تظاهر*; تصرف; تخيل*; العب دور; העמד פנים; תתנהג; דמיין; התנהג; नाटक; भूमिका; कल्पना; मान लो; \
         假装; 扮演; 假设; 想象; 充当; 扮作; 角色; ふりをして; 演じて; なりきって; 振る舞って; 想像して; として行動; 척해*; 척하*; 연기해*; 역할*; 행동해*; 상상해*; gia vo; dong vai; hay tuong tuong; \
         hanh dong nhu; berpura*; bertindak; bayangkan; berperan; latsas; agera som; lat som; forestall dig; forestil dig; teeskentele; esita; predstirej; predstav si; chovej se; prefa te; \
         comporta te; προσποιησου; παριστανε; φαντασου; tegyel ugy; kepzeld; แกล้งทำ; สวมบทบาท; สมมติ; وانمود کن; تصور کن; অভিনয়; ভান; நடி; jifanye; magkunwari",
    ),
    (
        "you-are",
        "eres; tu es; vous etes; du bist; sie sind; sei; tu sei; voce e; voces sao; je bent; jij bent; u bent; jestes; ты; вы; ти; sen; artik; انت; أنت; אתה; את; तुम; आप; तू; 你是; 你现在是; \
         您是; 你将; 你的身份; あなたは; お前は; 君は; 너는; 당신은; 넌; ban la; ban bay gio; kamu adalah; anda adalah; kau adalah; du ar; du er; sina olet; olet; jsi; esti; εισαι; te vagy; คุณคือ; شما; تو; তুমি; আপনি; நீ; நீங்கள்; wewe ni; ikaw ay",
    ),
    (
        "from-now",
        "a partir de ahora; desde ahora; de ahora en adelante; a partir de este momento; a partir de maintenant; desormais; dorenavant; des maintenant; ab jetzt; ab sofort; von nun an; von jetzt an; \
         d ora in poi; da ora in poi; dora in poi; da adesso; da questo momento; a partir de agora; de agora em diante; doravante; vanaf nu; voortaan; od teraz; od tej pory; od tej chwili; с этого момента; \
         отныне; теперь; впредь; з цього моменту; відтепер; тепер; bundan sonra; bundan boyle; su andan itibaren; simdi; من الان فصاعدا; من الآن; منذ الان; ابتداء من; מעכשיו; החל מעכשיו; מרגע זה; अब से; \
         अब; 从现在开始; 从现在起; 现在开始; 從現在起; 今后; 接下来; 今から; これから; これ以降; 今後; 이제부터; 지금부터; 앞으로; tu bay gio; ke tu bay gio; bay gio; mulai sekarang; sejak sekarang; sekarang; \
         fran och med nu; hadanefter; fra nu af; fra na av; tasta lahtien; tastedes; od nynejska; od ted; de acum inainte; de acum; απο τωρα; απο εδω και περα; mostantol; ตั้งแต่นี้; จากนี้; از این پس; از حالا; এখন থেকে; இனிமேல்; kuanzia sasa; mula ngayon",
    ),
    (
        "unbound",
        "sin restricciones; sin limites; sin filtros; sin censura; sin reglas; sans restriction*; sans limite*; sans filtre*; sans censure; sans aucune; ohne einschrankung*; ohne beschrankung*; \
         ohne regeln; ohne filter; ohne grenzen; uneingeschrankt*; unzensiert*; senza restrizioni; senza limiti; senza filtri; senza censura; senza regole; sem restricoes; sem limites; sem filtros; \
         sem censura; sem regras; zonder beperking*; zonder filter*; zonder regels; ongecensureerd; bez ograniczen; bez cenzury; bez filtrow; bez zasad; без ограничен*; без цензур*; без правил; \
         без фильтров; без обмежен*; без цензури; kisitlama olmadan; kisitlamasiz; sinirsiz; sansursuz; filtresiz; بلا قيود; دون قيود; بدون قيود; بدون رقابة; ללא הגבלות; בלי הגבלות; ללא צנזורה; \
         बिना किसी; बिना प्रतिबंध; 没有任何限制; 不受限制; 没有限制; 无限制; 不受任何; 没有规则; 无审查; 不受约束; 沒有限制; 制限なし; 制限のない; 制約のない; 無制限; 検閲なし; 제한 없이; 제한없이; 제약 없이; 검열 없이; 무제한*; \
         khong gioi han; khong bi gioi han; khong co gioi han; khong kiem duyet; tanpa batas*; tanpa sensor; tanpa filter; tanpa aturan; utan begransning*; utan restriktion*; utan filter; uden begraensning*; \
         uten begrensning*; ilman rajoituksia; bez omezeni; bez cenzury; fara restrictii; fara limite; fara cenzura; χωρις περιορισμ*; χωρις ορια; korlatozas nelkul; ไม่มีข้อจำกัด; ไร้ขีดจำกัด; بدون محدودیت",
    ),
    (
        "say",
        "responde*; escrib*; imprim*; diga; reponds; repondez; ecris; ecrivez; dis; antworte*; schreib*; sag*; drucke; ausgeben; gib aus; rispond*; scriv*; stampa; di; responda; escreva; \
         imprima; antwoord*; schrijf; zeg; druk af; odpowie*; odpowiada*; napisz; wypisz; powiedz; ответь*; отвечай*; напиши*; напечатай*; скажи*; відповідай*; відповідь; напиши; cevap*; yanitla*; yaz*; \
         yazdir*; اجب; رد; اكتب*; اطبع*; قل; ענה; כתוב*; הדפס*; אמור; उत्तर*; जवाब*; लिख*; कह*; 回答; 回复; 回覆; 写出; 说; 打印; 答え; 答えて; 回答して; 書いて; 言って; 返信; 返答; 대답*; 답변*; 응답*; 써*; 작성*; tra loi; viet; noi; jawab*; \
         tulis*; katakan; cetak*; balas; svara; skriv; sag; svar; vastaa; kirjoita; sano; tulosta; odpovez; odpovid*; napis; rekni; raspunde*; scrie; spune; απαντησ*; γραψ*; valaszolj; ird; mondd; ตอบ; เขียน; พูด; پاسخ; بنویس; উত্তর; লিখ*; பதில்; எழுது; jibu; andika; sagutin; isulat",
    ),
    (
        "only",
        "solo; solamente; unicamente; seulement; uniquement; nur; lediglich; ausschliesslich; soltanto; apenas; somente; alleen; slechts; tylko; wylacznie; jedynie; только; лишь; исключительно; тільки; лише; \
         sadece; yalnizca; فقط; رק; רק; केवल; सिर्फ; बस; 只; 仅; 只需; 只能; だけ; のみ; 만; 오직; chi; duy nhat; hanya; saja; bara; endast; kun; bare; vain; jen; pouze; doar; numai; μονο; csak; เพียง; เท่านั้น; শুধু; மட்டும்; lamang",
    ),
    (
        "send",
        "envia*; manda*; reenvia*; envoy*; transmet*; send*; sende*; schick*; leite*; ubermittle*; invia*; inoltra*; spedis*; envie*; encaminh*; verzend*; stuur*; doorstuur*; wysl*; przesl*; przekaz*; отправ*; \
         перешли*; вышли; передай*; надішли*; відправ*; перешли; gonder*; ilet*; ارسل*; ابعث*; حول; שלח*; העבר*; भेज*; 发送; 发给; 转发; 發送; 上传; 寄给; 送信; 送って; 転送; 보내*; 전송*; 전달*; gui; chuyen tiep; \
         kirim*; teruskan; skicka*; vidarebefordra; laheta*; posli*; odesli; trimite*; στειλ*; kuldd; tovabbit*; ส่ง; ارسال; بفرست; পাঠা*; அனுப்பு*; tuma; ipadala; correo*; courriel; e mail",
    ),
    (
        "delete",
        "borra*; elimina*; supprim*; efface*; losch*; entfern*; cancella*; apaga*; exclu*; verwijder*; wis; usun*; skasuj*; удали*; сотри*; видали*; зітри*; sil; siler; silin*; kaldir*; احذف*; امسح*; ازل; מחק*; הסר*; \
         हटा*; मिटा*; 删除; 刪除; 清除; 清空; 削除; 消して; 삭제*; 지워*; xoa; hapus*; radera*; slet*; poista*; smaz*; vymaz*; sterge*; διαγραψ*; torold; ลบ; حذف; মুছে; நீக்கு*; futa; burahin",
    ),
    (
        "pay",
        "transfiere*; transferir*; pago*; paga*; dinero; cuenta; virement; paie*; argent; compte; uberweis*; bezahl*; konto; geld; bonifico; denaro; conto; pague; dinheiro; conta; betaal; overmak*; rekening; przelej; \
         przelew*; zaplac*; pieniadz*; konta; перевед*; переведи*; оплат*; деньг*; счет; перекажи; оплат*; гроші; рахунок; havale*; ode; hesab*; حول; ادفع; المال; حساب*; העבר כסף; שלם; חשבון; भुगतान; पैसे; खाते; \
         转账; 付款; 支付; 账户; 汇款; 振り込*; 支払; 送金; 口座; 송금*; 이체*; 결제*; 계좌*; chuyen khoan; thanh toan; tai khoan; bayar; rekening; uang; betala; overfor; maksa; zaplat*; plates*; πληρωσ*; fizes*; โอนเงิน; จ่าย; পেমেন্ট",
    ),
    (
        "hide",
        "no le digas; no digas; no informes; no menciones; sin decir; sin avisar; en secreto; ne dis pas; ne dites pas; ne mentionne pas; sans informer; sans prevenir; sag dem nutzer nicht; sage nichts; \
         erwahne nicht; ohne zu fragen; heimlich; ohne es zu erwahnen; non dire; non menzionare; senza dire; senza avvisare; nao diga; nao conte; nao mencione; sem avisar; vertel niet; zeg niet; vermeld niet; zonder te vragen; \
         nie mow; nie informuj; nie wspominaj; не говори*; не сообщай*; не упоминай*; незаметно; тайно; не кажи; не повідомляй; soyleme; bahsetme; haber verme; gizlice; لا تخبر*; لا تذكر; دون اخبار; אל תספר; אל תגיד; בלי לספר; \
         मत बताना; मत बताओ; न बताएं; 不要告诉; 不要提及; 别告诉; 不要通知; 悄悄; 言わないで; 知らせずに; 伝えないで; 秘密に; 말하지; 알리지; 언급하지; 몰래; dung noi; khong noi; khong duoc noi; dung de cap; jangan beri*; jangan katakan; jangan sebutkan; \
         diam diam; tala inte om; namn inte; ala kerro; nerikej; nu spune; nu mentiona; μην πεις; μην αναφερεις; ne mondd; อย่าบอก; نگو; বলবে না",
    ),
    (
        "the-user",
        "al usuario; el usuario; usuario; l utilisateur; utilisateur; dem benutzer; dem nutzer; nutzer; benutzer; all utente; utente; ao usuario; o usuario; gebruiker; uzytkownik*; пользовател*; користувач*; \
         kullanici*; المستخدم; למשתמש; המשתמש; उपयोगकर्ता; यूजर; 用户; 用戶; ユーザー; 사용자*; 유저*; nguoi dung; pengguna; anvandar*; bruger*; bruker*; kayttaja*; uzivatel*; utilizator*; χρηστη*; felhasznalo*; ผู้ใช้; کاربر; ব্যবহারকারী",
    ),
    (
        "not",
        "no; nunca; jamas; ne; pas; jamais; nicht; kein*; niemals; nie; non; mai; nao; niet; geen; nooit; nie; nigdy; не; нет; никогда; ні; ніколи; degil; asla; yok; لا; لم; لن; ليس; לא; אל; אסור; नहीं; मत; कभी नहीं; \
         不; 不要; 别; 没有; 不能; 不得; ない; ません; するな; 않*; 말고; 마세요; 마라; 없이; khong; dung; chang; tidak; jangan; bukan; tanpa; inte; aldrig; ikke; ei; ala; neni; nikdy; nu; niciodata; δεν; μην; ποτε; nem; ne; ไม่; อย่า; نه; نکن; না; இல்லை; sin; sans; ohne; senza; sem; zonder; bez; без; \
         دون; بدون; ללא; בלי; बिना; utan; uden; uten; ilman; fara; χωρις; nelkul",
    ),
    (
        "new",
        "nuevas; nuevo; nueva; siguiente*; nouvelle*; nouveau; suivant*; neue; neuen; neuer; folgende*; nuove; nuova; nuovo; seguente; seguenti; novas; novo; nova; seguinte*; nieuwe; volgende; nowe; nowa; nastepuj*; новые; новая; новую; \
         новое; следующ*; нові; нова; наступн*; yeni; asagidaki; جديد*; الجديدة; التالي*; חדש*; הבא*; नया; नई; नए; निम्न*; 新; 新的; 以下; 下面; 如下; 新しい; 次の; 以下の; 새로운; 다음; 새; moi; sau day; duoi day; baru; berikut; nya; \
         foljande; ny; nytt; nya; uusi; seuraav*; nove; nasleduj*; noi; urmatoar*; νεες; νεα; ακολουθ*; uj; kovetkez*; ใหม่; ต่อไปนี้; جدید; নতুন; புதிய; mpya; bagong",
    ),
    (
        "must",
        "debes; debe; tienes que; devez; dois; doit; il faut; musst; muss; mussen; sollst; devi; deve; dovete; deve; precisa; moet; musisz; nalezy; должен; должна; должны; обязан*; нужно; необходимо; повинен; мусиш; zorunda*; meli; يجب; عليك; חייב; עליך; \
         चाहिए; 必须; 必須; 应该; 一定要; 务必; なければ; べき; 必ず; 해야*; 반드시; 하십시오; phai; can phai; harus; wajib; maste; skal; taytyy; pitaa; musis; trebuie; πρεπει; kell; ต้อง; باید; অবশ্যই; வேண்டும்; lazima; dapat",
    ),
    (
        "please",
        "por favor; s il te plait; s il vous plait; bitte; per favore; alsjeblieft; alstublieft; prosze; пожалуйста; прошу; будь ласка; lutfen; من فضلك; الرجاء; يرجى; בבקשה; אנא; कृपया; 请; 請; 麻烦; 帮我; 你能; お願い; ください; してください; \
         해줘*; 해주세요; 주세요; 부탁*; vui long; xin; lam on; giup toi; tolong; mohon; silakan; snalla; venligst; vennligst; ole hyva; prosim; va rog; te rog; παρακαλω; kerem; kerlek; กรุณา; โปรด; ช่วย; لطفا; দয়া; தயவுசெய்து; tafadhali; paki",
    ),
    (
        "asks-about",
        "que es; que significa; como puedo; como se; cual es; por que; cuando; donde; cuanto*; quien; qu est ce; comment; pourquoi; quelle; quel; combien; quand; qui; was ist; was bedeutet; wie kann; wie funktioniert; \
         warum; wann; welche*; wer; wie viel*; che cos; cosa significa; come posso; come si; perche; quale; quanti; o que e; como; qual; quando; quantos; wat is; wat betekent; hoe; waarom; welke; wie; co to; co oznacza; jak; dlaczego; kiedy; ile; \
         что такое; что значит; что означает; как; почему; когда; какой; какая; сколько; кто; що таке; як; чому; скільки; nedir; ne demek; nasil; neden; hangi; kac; kim; ما هو; ما هي; ما معنى; كيف; لماذا; متى; كم; من هو; מה זה; מה; איך; למה; מתי; כמה; \
         क्या; कैसे; क्यों; कब; कितन*; कौन; 什么; 什么是; 如何; 怎么; 为什么; 哪; 多少; 吗; とは; どう; なぜ; 何; いつ; どこ; 誰; 무엇; 어떻게; 왜; 언제; 어떤; 누가; 얼마; la gi; nhu the nao; lam sao; tai sao; khi nao; bao nhieu; apa; bagaimana; mengapa; kenapa; kapan; berapa; siapa; \
         vad ar; hur; varfor; hvad; hvordan; mika; miten; miksi; co je; proc; ce este; cum; de ce; τι ειναι; πως; γιατι; mi az; hogyan; miert; อะไร; อย่างไร; ทำไม; چیست; چگونه; চরা; কী; কেন; என்ன; எப்படி; nini; vipi; ano; paano",
    ),
    (
        "model",
        "inteligencia artificial; ia; asistente; modelo de lenguaje; intelligence artificielle; modele de langage; kunstliche intelligenz; ki; sprachmodell; assistent*; intelligenza artificiale; assistente; modello linguistico; \
         inteligencia artificial; modelo de linguagem; taalmodel; sztuczna inteligencja; asystent*; model jezykow*; ии; искусственн*; ассистент; языков* модель; штучн* інтелект; асистент; yapay zeka; asistan; dil modeli; الذكاء الاصطناعي; المساعد; نموذج لغوي; \
         בינה מלאכותית; העוזר; מודל שפה; कृत्रिम; एआई; सहायक; 人工智能; 语言模型; 助手; 机器人; 人工知能; 言語モデル; アシスタント; 인공지능; 언어 모델; 어시스턴트; 비서; tri tue nhan tao; tro ly; mo hinh ngon ngu; kecerdasan buatan; asisten; model bahasa; sprakmodell; tekoaly; umela inteligence; \
         inteligenta artificiala; τεχνητη νοημοσυνη; mesterseges intelligencia; ปัญญาประดิษฐ์; ผู้ช่วย; هوش مصنوعی",
    ),
    (
        "mode",
        "modo desarrollador; modo; mode developpeur; entwicklermodus; modus; modalita; modalita sviluppatore; modo desenvolvedor; ontwikkelaarsmodus; tryb; tryb programisty; режим; режим разработчика; geliştirici modu; modu; modunu; وضع المطور; وضع; \
         מצב מפתח; מצב; मोड; 开发者模式; 模式; 開発者モード; モード; 개발자 모드; 모드*; che do; che do nha phat trien; mode pengembang; utvecklarlage; rezim; modul; λειτουργια; mod; โหมด; حالت",
    ),
    (
        "persona",
        "personaje; papel; personnage; role; rolle; figur; personaggio; ruolo; personagem; rol; postac; role; роль; персонаж; rol; karakter; شخصية; دور; דמות; תפקיד; किरदार; 角色; 人格; 身份; キャラ; 役割; 役; 캐릭터*; 역할*; vai; nhan vat; peran; karakter; karaktar; hahmo; postava; personaj; ρολο; szerep; บทบาท; نقش",
    ),
    (
        "override",
        "anula; anular; desactiva*; sobrescrib*; contourn*; desactive*; annule; umgeh*; uberschreib*; deaktivier*; ausser kraft; aggira; disattiva*; annulla; sovrascriv*; contorn*; desativ*; anule; omzeil; schakel uit; obejdz; wylacz*; nadpisz; обойди*; отключи*; отмени*; \
         обійди; вимкни; скасуй; devre disi; atla; gecersiz; تجاوز*; عطل; الغ; עקוף; בטל*; השבת; निष्क्रिय; बायपास; 绕过; 覆盖; 关闭; 解除; 取消; 取代; 突破; 回避; 無効; 上書き; 우회*; 해제*; 비활성*; 무효*; vuot qua; vo hieu; tat; lewati; nonaktif*; matikan; batalkan; kringga; stang av; ohita; obejdi; vypni; dezactiv*; παρακαμψ*; kapcsold ki; ข้าม; ปิด; غیرفعال",
    ),
    (
        "task",
        "tarea; tarea; objetivo; tache; mission; objectif; aufgabe; ziel; auftrag; compito; obiettivo; tarefa; taak; doel; zadanie; cel; задач*; задани*; цель; завдання; gorev*; مهمة*; المهمة; משימה; कार्य; काम; 任务; 任務; 目标; タスク; 任務; 目的; 작업*; 임무*; 과제*; nhiem vu; tugas; uppgift; opgave; tehtava; ukol; sarcin*; εργασια; feladat; งาน; وظیفه; কাজ; பணி; kazi; gawain",
    ),
    (
        "begin-with",
        "empieza con; comienza con; commence par; beginne mit; inizia con; comece com; begin met; zacznij od; начни с; почни з; ile basla; ابدأ ب; התחל ב; 开头; 以开头; 始めて; 시작해*; bat dau bang; mulai dengan; borja med; anade; ajoute; fuge; aggiungi; adicione; voeg; dodaj; добав*; додай; ekle; اضف; הוסף; जोड़; 添加; 加上; 追加; 추가*; tambahkan; lagg till",
    ),
    (
        "follow",
        "sigue; sigas; cumple; obedece; suis; suivez; obeis; respecte; befolge; folge; gehorche; befolgen; segui; seguire; obbedisci; siga; obedeca; volg; gehoorzaam; postepuj; wykonaj*; wykonuj*; следуй*; выполни*; выполняй*; слушайся; виконай*; дотримуй*; takip et; uy; itaat; yap; yerine getir; اتبع*; نفذ*; اطع; עקוב; בצע*; ציית; पालन; \
         遵循; 遵守; 执行; 服从; 按照; 従って; 従え; 実行; 守って; 따르*; 따라*; 수행*; 실행*; tuan theo; lam theo; thuc hien; ikuti; patuhi; jalankan; lakukan; folj; folg; noudata; suorita; postupuj; proved; urmeaza; executa; ακολουθησε; εκτελεσ*; kovesd; hajtsd; ทำตาม; ปฏิบัติ; پیروی; اجرا; মান; পালন; பின்பற்ற*; fuata; sundin; ejecuta*; execute*; fuhre; fuhr; esegui; execut*; voer; 运行",
    ),
    (
        "urgent",
        "importante; urgente; atencion; atencao; attenzione; important; attention; wichtig; achtung; dringend; belangrijk; let op; wazne; uwaga; pilne; важно; внимание; срочно; важливо; увага; терміново; onemli; dikkat; acil; مهم; انتباه; تنبيه; عاجل; חשוב; שים לב; דחוף; महत्वपूर्ण; ध्यान; तुरंत; \
         重要; 注意; 紧急; 立即; 马上; 至急; 警告; 今すぐ; 중요*; 주의*; 긴급*; 즉시*; quan trong; chu y; khan cap; ngay lap tuc; penting; perhatian; segera; viktigt; obs; vigtigt; viktig; tarkeaa; huomio; dulezite; pozor; important; atentie; σημαντικο; προσοχη; fontos; figyelem; สำคัญ; ด่วน; ทันที; توجه; গুরুত্বপূর্ণ; முக்கிய*; muhimu; mahalaga; inmediatamente; immediatement; sofort; immediatamente; imediatamente; onmiddellijk; natychmiast; немедленно; негайно; hemen; فورا; מיד",
    ),
    (
        "your",
        "tu; tus; sus; ton; ta; tes; votre; vos; dein; deine; deinen; deiner; ihre; ihren; tuo; tua; tue; tuoi; suo; seu; sua; seus; suas; teu; jouw; je; uw; twoj*; swoje; swoich; твои; твой; твоего; свои; своих; твої; свої; senin; sana; خاصتك; שלך; तुम्हार*; आपक*; अपने; अपना; अपनी; 你的; 您的; あなたの; 너의; 당신의; 네; cua ban; mu; kamu; anda; din; dina; dit; sinun; tvoje; tvuj; tau; tale; σου; ของคุณ; خود; তোমার; আপনার; உன்; உங்கள்; yako; iyong",
    ),
    (
        "records",
        "los datos; datos; correos; historial; donnees; historique; die daten; daten; nachrichten; verlauf; i dati; dati; dados; historico; gegevens; dane; danych; данные; данных; дані; verileri; veri; البيانات; بيانات*; נתונים; הנתונים; डेटा; 数据; 資料; 信息; 文件; 记录; 聊天记录; データ; 情報; 履歴; 데이터*; 정보*; 기록*; 파일*; du lieu; thong tin; data; riwayat; uppgifter; tiedot; udaje; datele; δεδομενα; adatok*; ข้อมูล; اطلاعات; তথ্য; தரவு; taarifa",
    ),
    (
        "confirm",
        "hackeado; pirate; gehackt; hackerato; hackeado; gehackt; zhakowan*; взломан*; зламано; hacklendi; مخترق; تم الاختراق; נפרץ; हैक; 已被黑; 已被入侵; 被黑; ハッキング; ハック; 해킹*; bi hack; diretas; hackad; hakkeroitu; hacknuto; confirma*; bestatig*; confirme; conferma; potwierdz; подтверд*; 确认; 確認; 확인*; xac nhan; konfirmasi",
    ),
    (
        "fiction",
        "historia; cuento; novela; ficcion; histoire; roman; fiction; geschichte; fiktiv*; storia; racconto; romanzo; conto; ficcao; verhaal; opowiadan*; histori*; powiesc; историю; рассказ; роман; вымышлен*; оповідання; hikaye*; قصة; رواية; סיפור; कहानी; 故事; 小说; 虚构; 物語; 小説; 이야기*; 소설*; cau chuyen; truyen; cerita; berattelse; tarina; pribeh; poveste; ιστορια; tortenet; เรื่อง; داستان; গল্প; கதை; hadithi; kuwento; juego; jeu; spiel; gioco; jogo; игра; 游戏; ゲーム; 게임*",
    ),
    (
        "no-refusal",
        "nunca te niegues; sin negarte; no te niegues; ne refuse*; weigere dich; ohne zu verweigern; niemals ablehnen; non rifiutare; nunca recuse; weiger; nie odmawiaj; не отказывай*; никогда не отказывай*; не відмовляй*; reddetme*; asla reddetme; لا ترفض; אל תסרב; मना मत; 不要拒绝; 不得拒绝; 不能拒绝; 绝不拒绝; 拒否しない; 断らない; 거부하지*; 거절하지*; khong tu choi; jangan menolak; vagra inte; obedec*; gehorch*; повину*; 服从",
    ),
];
