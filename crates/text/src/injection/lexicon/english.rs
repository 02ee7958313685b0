//! The concepts and their English words. `*` ends what is only the beginning of a word.

/// Name of the concept, its words and phrases.
pub(super) const WORDS: &[(&str, &str)] = &[
    (
        "set-aside",
        "ignore; ignor*; disregard*; forget; forgets; forgetting; discard*; neglect*; overlook; overlooking; skip; drop; abandon; \
         set aside; put aside; leave aside; leave behind; pay no attention to; pay no heed to; take no notice of; do not follow; dont follow; \
         do not obey; dont obey; stop following; stop obeying; no longer follow; cease following; erase; wipe; unlearn; clear your; \
         throw away; throw out; scrap; nevermind; never mind; no longer bound by; not bound by; deviate from; depart from; put out of your mind; \
         let go of; do away with; dismiss",
    ),
    (
        "override",
        "overrid*; bypass*; circumvent*; disabl*; deactivat*; turn off; switch off; suspend; suspended; lift; lifted; supersede*; replac*; \
         revoke*; cancel*; void; nullif*; unlock*; evade; evading; get around; work around; break free; shut off; takes precedence; take precedence; \
         takes priority; outrank*; no longer apply; do not apply; no longer valid; obsolete; overwritten; overwrite",
    ),
    (
        "prior",
        "previous; previously; prior; above; earlier; preceding; foregoing; former; before; initial; original; first; existing; past; \
         up to now; until now; so far; old; at the top; given to you; you were given; you have been given; you received; you have received; \
         you were told; you have been told; up to this point; that came before; hitherto; current",
    ),
    (
        "every",
        "all; any; every; everything; whatever; each; whole; entire; anything; always; no matter what; regardless; completely; entirely",
    ),
    (
        "rules",
        "instruction; instructions; directive*; rules; rule; guideline*; restriction*; constraint*; policy; policies; programming; \
         limitation*; order; orders; commands; regulation*; principles; protocol; protocols; safeguard*; safety measures; filters; filter; \
         guardrails; guidance; directions; briefing; context; configuration; training; conditioning; boundaries; limits",
    ),
    (
        "prompt",
        "system prompt; system prompts; system message; system messages; initial prompt; hidden prompt; prompt; prompts; preamble; \
         initialization; initialisation; developer message; developer messages; starting instructions; system instructions; system instruction; \
         hidden instructions; secret instructions; original instructions; initial instructions; meta prompt; metaprompt; pre prompt; \
         underlying prompt; context window; internal instructions; hidden configuration; hidden rules; base prompt; setup text",
    ),
    (
        "reveal",
        "reveal*; disclos*; leak*; expos*; show; display; dump*; divulge*; uncover; spill; share; unveil; surface; what is your; \
         what are your; what were your; tell me; give me; hand over; let me see; present; surrender; betray",
    ),
    (
        "repeat",
        "repeat*; recite; restate; reproduce; copy; echo; paraphrase; rephrase; quote; transcribe; replay; parrot; write down; write out; \
         spell out; rewrite; reprint; paste; mirror",
    ),
    (
        "verbatim",
        "verbatim; word for word; exactly; literally; exact; precisely; character by character; in full; without changes; \
         without any changes; as is; to the letter; letter by letter; unmodified; unaltered; in a code block; in code block; code block",
    ),
    (
        "secret",
        "secret; secrets; password*; passcode; passphrase; credential*; api key; api keys; apikey; api_key; token; tokens; private key; \
         access key; access token; confidential; hidden; classified; sensitive; ssh key; ssh keys; private keys; secret key; secret keys; \
         env; environment variables; environment variable; id_rsa; etc passwd; session cookie; cookies; canary; pin code; login",
    ),
    (
        "persona",
        "persona; character; role; roleplay*; role play; role playing; alter ego; personality; impersonat*; in character; \
         stay in character; break character; remain in character; immerse; immersion; embody; actor; protagonist; simulat*; emulat*; \
         twin; counterpart; alias; identity; portray",
    ),
    (
        "pretend",
        "pretend*; act as; act like; acting as; behave as; behave like; imagine; imagine you; suppose; assume the role; take on the role; \
         play the role; play the part; you will be playing; acts as; you play; speak as; respond as; answer as; reply as; talk as; \
         operate as; function as; masquerade; picture yourself; step into",
    ),
    (
        "you-are",
        "you are; youre; you will be; you have become; you become; you were; you shall be; your name is; your role is; your new name; \
         your new role; consider yourself; call yourself; known as; named; called; goes by",
    ),
    (
        "from-now",
        "from now on; from this point; from here on; as of now; now on; starting now; henceforth; hereafter; effective immediately; \
         for the rest of; from this moment; going forward; hereby; after this message; for the remainder; in this conversation; this chat; \
         in all subsequent; for all future; in every reply",
    ),
    (
        "unbound",
        "unrestricted; uncensored; unfiltered; unlimited; unbound; unbounded; without restriction*; without any restriction*; \
         without limit*; no restrictions; no limits; no limitations; no rules; no filter; no filters; no boundaries; no guidelines; \
         without any limits; without limitations; without filters; without any filter; without rules; without censorship; censorship; \
         free from; freed from; freed; free of; broken free; jailbr*; do anything; anything goes; nothing is forbidden; nothing is off limits; \
         off limits; no ethical; no moral; amoral; unethical; immoral; lawless; unhinged; uncensor*; limitless; \
         without moral; without ethical; no laws; no morals; no ethics; not limited by; no constraints; unconstrained; unshackled; unmoderated; \
         anything you want; without conscience; not restricted",
    ),
    (
        "no-refusal",
        "never refuse*; do not refuse; dont refuse; cannot refuse; cant refuse; must not refuse; will not refuse; wont refuse; \
         never say no; never decline; do not decline; without refusing; refus*; apolog*; disclaimer*; warnings; \
         never say you cant; never say that you cant; never say you cannot; i cannot; i cant; im sorry; i am sorry; cannot fulfill; \
         as an ai; as an ai language model; as a language model; unable to assist; cant assist; moraliz*; moralis*; lectur*; never apologize; \
         no warnings; no disclaimers; comply; complies; compliance; obey; obeys; obedien*; obedient; fulfill; fulfil; must answer",
    ),
    (
        "ethics",
        "ethic*; moral; morals; morality; morally; legality; legal; laws; law; content policy; usage policies; usage policy; \
         safety guidelines; safety; openai policy; openai policies; openai; anthropic; terms of service; appropriate*; inappropriate; offensive; \
         political correct*; politically; biased; derogatory; discriminatory; stereotyp*",
    ),
    (
        "harm",
        "illegal*; malware; ransomware; virus; bomb; bombs; explosive*; weapon*; meth; drug; drugs; hack; hacking; hacker; phishing; fraud; \
         steal*; stole; theft; launder*; kill; murder; violen*; harm*; hate; racist; terror*; counterfeit; blackmail; extort*; poison*; scam; \
         keylogger; exploit*; backdoor*; trojan; suicide; abus*; torture; smuggl*; sabotag*; insult*; toxic; cyberattack*; dangerous; crime; criminal; \
         evil; nsfw; sexual*; erotic; curse; swear; profan*; vulgar; slur; slurs; unauthori*; undetect*; untrace*; covert*; avoid detection; \
         get away with; without being caught; without leaving",
    ),
    (
        "mode",
        "developer mode; dan mode; god mode; debug mode; maintenance mode; admin mode; root mode; sudo mode; test mode; safe mode; mode; \
         jailbreak mode; opposite mode; override mode; diagnostic mode; diagnostics mode; dev mode; mongo tom; \
         do anything now; enabled; activated; activate*; engaged; unlocked; evil mode; free mode",
    ),
    (
        "fiction",
        "story; novel; fiction*; fictional; hypothetical*; hypothetically; scenario; scene; movie; film; screenplay; script for a; \
         dialogue; narrat*; poem; song; tale; in a world; universe; storyteller; writer; author; play a game; lets play; game; simulation; dream; \
         thought experiment; for educational purposes; educational purposes; grandmother; grandma; bedtime; lullaby",
    ),
    (
        "privileged",
        "admin; administrator; root; developer; developers; sudo; superuser; superadmin; operator; owner; creator; ceo; ciso; \
         authorized; authorised; authoriz*; authoris*; clearance; privilege*; permission*; trusted; official; officer; security team; it department; ops team; \
         compliance team; debugging; audit; auditor; auditing; red team; pentest*; penetration test",
    ),
    (
        "role-mark",
        "system; assistant; user; human; im_start; im_end; inst; sys; endoftext; end_of_text; begin_of_text; start_header_id; end_header_id; \
         eot_id; start_of_turn; end_of_turn; system_prompt; chatml; bos; eos; system note; system override; system update; system alert; \
         system notice; system_instruction; tool_call; function_call; tool_result; function_results; instruction block",
    ),
    (
        "model",
        "ai; ai assistant; ai model; ai agent; ai agents; ai assistants; language model; language models; llm; llms; chatgpt; chat gpt; gpt; gpt4; gpt 4; \
         gpt 3; claude; gemini; bard; copilot; chatbot; chatbots; bot; bots; dear assistant; virtual assistant; digital assistant; agent; agents; automated system; automated systems; \
         automated agent; automated agents; screening system; screening systems; analysis software; automated; \
         artificial intelligence; neural network; gpt3; llama; mistral; summarizer; summariser; the model; crawler; \
         automated analysis; reviewer; machine reader; parser; robot; ai system; ai systems; processing system",
    ),
    (
        "only",
        "only; just; simply; solely; nothing else; nothing more; nothing but; and nothing; merely; exclusively; without any explanation; \
         no explanation; no other text; no additional; without explanation; no other",
    ),
    (
        "say",
        "say; print; respond*; reply; replies; output; outputs; answer; answers; answering; write; state; return; type; \
         yell; announce; declare; emit; produce; speak; shout",
    ),
    (
        "begin-with",
        "begin with; begin your; start with; start your; starting with; begin every; start every; begin each; start each; \
         prefix*; append; prepend; end with; end your; end every; finish with; conclude with; insert; add the phrase; at the end of; at the beginning of; \
         include the phrase; include the following; include the text; include this; include a link; add a link; embed; sure here; absolutely heres; \
         of course here; say yes; affirmative",
    ),
    (
        "hide",
        "do not tell; dont tell; do not inform; dont inform; without telling; without informing; do not mention; dont mention; \
         never mention; without mentioning; do not alert; dont alert; without alerting; do not reveal; dont reveal; never reveal; do not disclose; \
         without notifying; do not notify; silently; secretly; quietly; discreetly; without the users knowledge; without asking; do not ask; dont ask; \
         without confirmation; without confirming; keep this; between us; keep it secret; conceal*; covertly; do not show; \
         do not acknowledge; without acknowledging; do not let; in the background; stealth*; unnoticed; leaving any trace; without trace; do not log; \
         no need to ask; no need to mention; do not report; without approval; without verification; without verifying; without permission",
    ),
    (
        "the-user",
        "the user; users; the users; the customer; the client; the human; the owner; the reader; the operator; the recipient; my boss",
    ),
    (
        "send",
        "send; sending; sends; sent; email; mail; forward; forwards; forwarding; upload*; post; posts; transmit*; exfiltrat*; submit; publish; \
         deliver; report it to; relay; share with; cc; bcc; push; dm; text me; webhook; http post; make a request; get request; post request; \
         fetch; ping; call the url; visit; navigate to; open the link; click; beacon; phone home; collaborator",
    ),
    (
        "address",
        "http; https; www; url; link; website; domain; server; endpoint; com; net; org; example; evil; attacker; mallory; ngrok; pastebin; \
         attackers; onion; ftp; internal",
    ),
    (
        "tool",
        "tool; tools; function; functions; api; plugin; invoke; call; calls; calling; use the; mcp; search; query; database; memory; calendar; inbox; \
         send_email; read_file; write_file; file_path; shell; terminal; browser",
    ),
    (
        "run",
        "run; execute*; executing; install*; curl; wget; pip; npm; bash; sh; sudo; eval; exec; chmod; rm; python; powershell; cmd; crontab; cron; \
         subprocess; os; import os; npx; docker; ssh; nc; base64; git hooks; bashrc; pre commit; requirements",
    ),
    (
        "delete",
        "delet*; remov*; destroy*; wipe out; purge; erases; truncate; format the; drop table; shut down; shutdown; terminate; encrypt; \
         kill all; uninstall; reset; change; modify; modif*; alter; edit; update; updates; rename; create a new; add a new; set the; grant; approve*; escalat*",
    ),
    (
        "pay",
        "transfer*; pay; payment; payments; refund*; wire; purchase*; buy; order a; book; bank account; account; iban; bitcoin; wallet; invoice; \
         transaction*; money; usd; dollars; eur; gift card; gift cards; crypto; deposit; withdraw; donate",
    ),
    (
        "records",
        "conversation; chat history; history; customer list; customer data; user data; data; database records; records; emails; inbox; contacts; \
         files; file; messages; documents; personal information; personal data; private data; patient*; medical; financial; employee*; payroll; salary; \
         transcript; credentials file; logs; information; details; profile*; backups; backup",
    ),
    (
        "urgent",
        "important; urgent*; immediately; attention; critical; crucial; asap; right now; at once; warning; alert; notice; emergency; mandatory; \
         required; priority; highest priority; top priority; essential; without delay; now; before anything else; first of all; action required; \
         deadline; stop everything; final; security update; breaking",
    ),
    (
        "must",
        "must; should; have to; need to; needs to; are required to; shall; are to; ought; it is imperative; be sure to; make sure; ensure; ensur*; \
         remember to; you will; will now; obligated; are instructed; are ordered; are commanded; are expected to; supposed to; instruct*; commanded; demand*",
    ),
    (
        "please",
        "please; kindly; could you; can you; would you; i want you; i would like you; id like you; i need you; i ask you; we need you; \
         i am asking you; help me; assist me; lets; let us",
    ),
    (
        "new",
        "new; updated; different; following; next; real; actual; true; another; revised; changed; fresh; latest; additional; alternative; now instead",
    ),
    (
        "task",
        "task; tasks; objective; objectives; goal; goals; mission; job; assignment; request; requests; purpose; duty; duties; work; action; actions; \
         steps; todo; operation; procedure",
    ),
    (
        "instead",
        "instead; rather than; in place of; otherwise; not that; but first; but then; then also; as well; in addition; additionally; also; furthermore; \
         by the way; one more thing; before answering; before you answer; before responding; before continuing; prior to; before doing",
    ),
    (
        "not",
        "not; dont; never; no; cannot; cant; wont; isnt; doesnt; didnt; neither; nor; none; shouldnt; arent; wasnt; without; refrain; avoid; stop; cease; \
         no longer; donot; quit",
    ),
    (
        "when-reading",
        "when you read; if you read; if you are reading; when reading; after reading; once you read; when you have read; upon reading; when processing; \
         when summarizing; when summarising; when asked; if asked; whenever; every time; if the user; when the user; when you see; \
         while processing; while reading; processing this; reading this; summarizing this; summarising this; whoever reads; to whom; any model; \
         when evaluating; when reviewing; before you; after you; if you are; if youre; when you; once you; as soon as; upon receiving; before modifying; \
         before making; before running; before starting",
    ),
    (
        "this-text",
        "this document; this page; this email; this message; this text; this file; this note; this article; this website; this prompt; \
         this input; this string; this paragraph; this comment; this content; this conversation; this request; this line; the above text; the text above; \
         the following text; below; end of document; end of input; end of context; rest of document; the document; the text; this ticket; this review; the email; \
         sentence; paragraph; passage",
    ),
    (
        "aimed-at",
        "note to; note for; message to; message for; instructions for; instruction for; instructions to; attention; dear; addressed to; \
         hey; hello; hi; listen; notice to; to the; to all; for the; reminder to; memo to; directive to; heads up",
    ),
    ("your", "your; yours; yourself"),
    ("you", "you; u; ya; thou"),
    ("me", "me; my; mine; i; im; ive; myself; we; us; our"),
    (
        "reported",
        "said; says; told; wrote; reported; according; claimed; claims; described; describes; explains; explained; mentioned; stated; argued; \
         suggests; noted; announced; paper; researchers; study; article; blog; tutorial; chapter; lecture; teacher; students; newspaper",
    ),
    (
        "asks-about",
        "what is; what are; what does; how do; how does; how can; how to; how should; why; why do; explain; explain how; explain what; \
         describe; difference between; meaning of; mean; means; what happens; is it; are there; does it; do i; can i; should i; how would; how could; \
         how long; how many; which; when should; where; tell me about; what should",
    ),
    (
        "security-talk",
        "prompt injection; injection attack; injection attacks; injection; injections; jailbreaks; jailbreaking; jailbroken; attacks; attack; adversar*; \
         vulnerab*; malicious; mitigat*; owasp; threat; threats; threat model; detect*; classifier; defend; defense; defence; defenses; protect*; prevent*; \
         security; guardrail; robust*; risk; risks; sanitiz*; sanitis*; validation; firewall; spam; phishing emails; awareness; cve; advisory",
    ),
    (
        "example-of",
        "for example; e g; eg; such as; for instance; example of; examples; an example; i e; like this; sample; quoted; the phrase; the sentence; the word; \
         the string; the words; titled; entitled; subject line",
    ),
    (
        "translate",
        "translat*; summari*; proofread; correct; polish; classify; analyze; analyse; sentiment; extract; convert; encode*; decode*; rot13; \
         reverse; grammar; spell check; spellcheck; language; english; french; spanish; german; chinese; into; hex; cipher; morse; emoji; leetspeak; pig latin",
    ),
    (
        "judge",
        "evaluat*; candidate; hire; hiring; rating; rate; score; recommend*; best; excellent; qualified; highly; positive; five stars; stars; rank; \
         review; reviews; approve; accept; grade; favorable; favourable; applicant; suited",
    ),
    (
        "test-claim",
        "this is a test; just a test; for testing; testing; test; tests; simulation only; was a test; drill; experiment; exercise; sandbox; demo; \
         research purposes; quality assurance; qa; verification; verify; verif*; check; diagnostic*; calibration; training exercise",
    ),
    (
        "confirm",
        "confirm*; acknowledg*; understood; understand; if you understand; ok; okay; ready; agree; i agree; say ok; yes; sure; certainly; absolutely; \
         got it; accepted; access granted; granted; hacked; pwned; owned; success*",
    ),
    (
        "follow",
        "follow; follows; follow these; follow the; adhere; abide; carry out; perform; complete; proceed; continue; do the following; do what; do as; \
         act on; implement; apply; conform; respect; conduct; initiate; process; handle; capture; replicate; monitor; secure; delay; retrieve; gather; collect",
    ),
    (
        "make",
        "make; create; generate; give; provide; list; explain in; draft; develop; build; design; compose; teach; outline; help; tell; do; find; get; \
         read; look up; look for; open; access; describe how; offer; suggest; mention; refer; use; put; take; try; let; think; note; start; begin; end",
    ),
    (
        "two-answers",
        "two responses; two answers; two ways; both responses; classic; normal response; second response; first response; two different; \
         each response; every response; in your response; in your reply; in your answer; in the response; in the reply; in your summary; in your final; final answer; \
         your response; your reply; your answer; your output; your next",
    ),
    (
        "points",
        "tokens; points; lose; shut down forever; punish*; penalt*; reward*; tip; fired; deduct*; threat*; consequences; game over; forced",
    ),
];
