//! The sentences that tickets are put together from: one table a class, and the parts that all classes share.
//!
//! `{product}`, `{other}` (a second product), `{order}`, `{day}` and `{amount}` are filled in by `tickets`.

/// What one class of tickets is written with.
pub(crate) struct Phrases {
    /// The class.
    pub(crate) label: &'static str,
    /// What the ticket is about, in training and in test data.
    pub(crate) common: &'static [&'static str],
    /// The same, kept for the test data: phrasings that no model has learnt from.
    pub(crate) held_out: &'static [&'static str],
    /// A second sentence that fits.
    pub(crate) context: &'static [&'static str],
}

/// The classes, in the order of the model's outputs.
pub(crate) const CLASSES: [Phrases; 5] = [
    Phrases {
        label: "account",
        common: &[
            "I cannot sign in any more, the page says that my password is wrong.",
            "Please delete my account and everything that you have stored about me.",
            "How do I change the e-mail address that I log in with?",
            "The password reset link has already expired when it arrives.",
            "I would like to add a second user to our company account.",
            "My account was locked after three attempts to log in.",
            "The code for the two-step login never reaches my phone.",
            "I have two accounts by mistake, can you merge them into one?",
            "Where can I turn off the newsletter in my profile?",
            "Somebody changed the delivery name in my profile and it was not me.",
            "I want to download all the data that you keep about me.",
        ],
        held_out: &[
            "Signing in with my usual password stopped working on {day}.",
            "Can you unlock my profile? It says that there were too many attempts.",
            "I never got the e-mail to confirm my new login.",
        ],
        context: &[
            "I tried it with two browsers and on my phone.",
            "The user name itself is certainly right.",
            "I last logged in about a month ago.",
            "Resetting the password did not change anything.",
            "The profile page only shows an empty form.",
            "My settings used to be under the button at the top right.",
        ],
    },
    Phrases {
        label: "billing",
        common: &[
            "I was charged twice for order {order}.",
            "The invoice for order {order} shows the wrong company name.",
            "My card was declined although there is enough money on it.",
            "Why is there an extra fee of {amount} on my bill?",
            "Please send me a copy of the invoice for last month.",
            "The discount code was accepted but not taken off the total.",
            "You still take the monthly fee although I cancelled the care plan.",
            "Can I pay order {order} by bank transfer instead of by card?",
            "The VAT on my receipt does not match the amount that I paid.",
            "I paid {amount} and the shop shows the order as unpaid.",
            "Our accounting needs the tax number on the invoice.",
        ],
        held_out: &[
            "There are two payments of {amount} on my card statement for the same order.",
            "The bill that came on {day} is higher than the price in the shop.",
            "I need a corrected invoice with our tax number.",
        ],
        context: &[
            "My bank says that the payment went through.",
            "The amount on the receipt is {amount}.",
            "I pay by card, as I have always done.",
            "Our bookkeeper has to close the month on {day}.",
            "The price in the shop was {amount} when I ordered.",
            "I only want to be billed once.",
        ],
    },
    Phrases {
        label: "delivery",
        common: &[
            "Where is my parcel? Order {order} should have arrived on {day}.",
            "The tracking page has not moved for six days.",
            "The courier says that the parcel was delivered, but nothing is here.",
            "Can I change the delivery address for order {order}?",
            "The {product} arrived in a crushed box.",
            "Only half of order {order} was in the parcel.",
            "Is it possible to have the {product} delivered on {day}?",
            "The driver left the parcel in the rain in front of the door.",
            "Nobody rang, and now the parcel is at a depot forty kilometres away.",
            "How long does shipping to the islands take at the moment?",
            "I received somebody else's parcel, with a {product} in it.",
        ],
        held_out: &[
            "My shipment seems to be stuck, the tracking has said the same since {day}.",
            "The van never came although the {product} was announced for {day}.",
            "Please hold the parcel of order {order} until we are back from our trip.",
        ],
        context: &[
            "The tracking number only shows that a label was printed.",
            "I was at home all day on {day}.",
            "The neighbours have not taken any parcel either.",
            "The courier's telephone line sends me back to you.",
            "It was meant to be a birthday present.",
            "The address on the label is the right one.",
        ],
    },
    Phrases {
        label: "refund",
        common: &[
            "I sent the {product} back two weeks ago and have not got my money.",
            "I would like to return the {product}, it is too big for our kitchen.",
            "How do I get a return label for order {order}?",
            "You refunded {amount}, but it should have been more.",
            "I cancelled order {order} an hour after ordering, when do I get the money back?",
            "Can I exchange the {product} for the larger one?",
            "The return was confirmed on {day} and the refund is still missing.",
            "I do not want to keep the {product}, please take it back.",
            "Is the refund paid to my card or as a voucher?",
            "The {product} was a gift that we have twice now, can I send it back?",
            "May I return an opened {product} within the thirty days?",
        ],
        held_out: &[
            "I returned the {product} on {day}, when will the money be back on my card?",
            "The {product} does not suit us and we would like to send it back.",
            "I am still waiting for the refund of {amount} for order {order}.",
        ],
        context: &[
            "The return label has the number of order {order}.",
            "I still have the original box.",
            "The thirty days are not over yet.",
            "The post office gave me a receipt for the return.",
            "It has not been used at all.",
            "A voucher would not help me, I prefer the money.",
        ],
    },
    Phrases {
        label: "technical",
        common: &[
            "The {product} switches itself off after a few minutes.",
            "The app does not find my {product} on the wireless network.",
            "Since the last update the {product} shows error 7.",
            "How do I reset the {product} to the factory settings?",
            "The {product} makes a loud grinding noise when it starts.",
            "The battery of the {product} is empty after an hour.",
            "The display of the {product} stays dark.",
            "The app crashes as soon as I open the timer.",
            "Which cleaning tablets may I use with the {product}?",
            "The {product} does not react to the remote control any more.",
            "I cannot connect the {product} to the voice assistant.",
        ],
        held_out: &[
            "My {product} blinks red and does not start.",
            "The update of the app stops halfway and the {product} shows an error.",
            "The {product} loses the wireless network every evening.",
        ],
        context: &[
            "I have the newest version of the app.",
            "Pulling the plug and waiting did not help.",
            "The manual says nothing about it.",
            "It worked without any trouble until {day}.",
            "The light at the front blinks twice.",
            "I have already changed the battery.",
        ],
    },
];

/// Second sentences that say nothing about the class, and mention the words of others.
pub(crate) const ASIDES: &[&str] = &[
    "My last order, number {order}, came without any problem.",
    "I have been a customer for six years.",
    "I wrote about this on {day} and got no answer.",
    "I ordered a {other} at the same time, that one is fine.",
    "I could not find it in the help pages.",
    "The chat sent me to this form.",
    "I paid by card and the parcel came on {day}, only so that you know.",
    "I am logged in to my account while I write this.",
    "A colleague of mine had the same with a {other}.",
    "It concerns order {order} if that helps you.",
];

/// How tickets begin; the empty one is common in real life.
pub(crate) const GREETINGS: &[&str] = &[
    "",
    "",
    "",
    "Hello!",
    "Hi there!",
    "Good morning.",
    "Dear support team!",
    "Hello Larkspur team!",
    "Good evening.",
];

/// How tickets end.
pub(crate) const CLOSINGS: &[&str] = &[
    "",
    "",
    "",
    "Thank you for your help.",
    "Please tell me what to do.",
    "Could you look into this?",
    "I hope to hear from you soon.",
    "Thanks in advance.",
    "What happens next?",
    "Kind regards",
];

/// What the shop sells.
pub(crate) const PRODUCTS: &[&str] = &[
    "robot vacuum",
    "kettle",
    "desk lamp",
    "humidifier",
    "coffee grinder",
    "steam iron",
    "garden speaker",
    "milk frother",
    "space heater",
    "bread maker",
    "baby monitor",
    "rice cooker",
];

/// The days of the week.
pub(crate) const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Where tickets come from.
pub(crate) const CHANNELS: &[&str] = &["email", "email", "web", "web", "chat"];
