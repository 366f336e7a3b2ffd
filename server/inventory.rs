//! Everything that could be handed over: what is kept about anybody, where, and for how long.
//!
//! One list, from which the page `/privacy` is made and which `tests/privacy.rs` holds against the schema of both
//! databases: a column that is not in it fails the tests. It is written for those who are in it.

use std::fmt::Write;

/// Something that is kept, in words for whoever it is about.
pub struct Kept {
    pub what: &'static str,
    pub until: &'static str,
    /// `table.column`, or `table.*` for all of a table; empty for what is in no database.
    pub columns: &'static [&'static str],
}

pub struct Group {
    pub about: &'static str,
    pub kept: &'static [Kept],
}

const INTAKE: &str = "until the conversation is closed, unless you have a return code; until you delete everything about you; \
    and no longer than 30 days after your last change, or as long as whoever runs this service has set instead";

const CLOSED: &str = "until the conversation is closed";

pub const INVENTORY: [Group; 5] = [
    Group {
        about: "About you, while a conversation is open",
        kept: &[
            Kept {
                what: "That there is a conversation, your place in the queue, when you came, and when something last happened",
                until: CLOSED,
                columns: &[
                    "room.id",
                    "room.epoch",
                    "room.student",
                    "room.queue_no",
                    "room.arrived_at",
                    "room.active_at",
                    "chat_user.id",
                ],
            },
            Kept {
                what: "A fingerprint of the key in your tab, so that a reload leads back; the key itself is not kept",
                until: CLOSED,
                columns: &["room.key_digest"],
            },
            Kept {
                what: "Which counsellor has the conversation and with which press they got it, who had it before, and from which message \
                       to which",
                until: CLOSED,
                columns: &["room.counsellor", "room.claim", "room.taken_after", "room.reads_after", "past_turn.*"],
            },
            Kept {
                what: "Each message, sealed so that only your page and the counsellor's can open it; its number, its side, \
                       its time, and its length in coarse steps",
                until: CLOSED,
                columns: &["line.*"],
            },
            Kept {
                what: "What you are called, sealed in the same way, and two fingerprints of it made with a secret key, so \
                       that nobody takes a counsellor's name",
                until: CLOSED,
                columns: &[
                    "chat_user.sealed",
                    "chat_user.renamed",
                    "chat_user.folded_first",
                    "chat_user.skeleton_first",
                ],
            },
            Kept {
                what: "If you show your counsellor the questionnaire: what opens it for them, sealed so that only they can use it",
                until: "until you stop sharing, or the conversation is closed",
                columns: &["room.intake"],
            },
            Kept {
                what: "The server's half of the key to your messages, in a file of its own that is in no backup",
                until: "overwritten when the conversation is closed: no copy of the messages can be opened after that",
                columns: &[],
            },
        ],
    },
    Group {
        about: "About you, if you fill in the questionnaire",
        kept: &[
            Kept {
                what: "Your answers, the names you typed, your steps, and what weighs how much, sealed so that only your tab, \
                       your return code, or what you share with your counsellor opens them; the server opens them for as \
                       long as it takes to answer, with what you send, and keeps none of that",
                until: INTAKE,
                columns: &["intake_profile_answer.*", "intake_item.*", "intake_action_plan.*"],
            },
            Kept {
                what: "Which questions are asked of you, in what order, which parts you have left out, and where you were last. \
                       That shows which parts your first answers have brought in, and how many names you gave, but not the names",
                until: INTAKE,
                columns: &["intake_tree.*", "intake_module.*", "intake_session.at_node", "intake_session.definition"],
            },
            Kept {
                what: "Fingerprints of what opens it (the key in your tab, your return code, what you share), the key to it \
                       sealed under each of these, when it was last changed, and how often",
                until: INTAKE,
                columns: &[
                    "intake_session.id",
                    "intake_session.key_digest",
                    "intake_session.key_sealed",
                    "intake_session.code_digest",
                    "intake_session.code_sealed",
                    "intake_session.share_digest",
                    "intake_session.share_sealed",
                    "intake_session.revision",
                    "intake_session.modified",
                ],
            },
        ],
    },
    Group {
        about: "About you, in the memory of the server alone",
        kept: &[
            Kept {
                what: "A fingerprint of the network you come from, so that nobody can fill the queue; your address is not kept",
                until: "15 minutes at most",
                columns: &[],
            },
            Kept {
                what: "How often your tab asks something of the questionnaire, by the fingerprint of its key, and from which \
                       network wrong return codes come, as a fingerprint too, so that nobody can guess",
                until: "minutes",
                columns: &[],
            },
            Kept { what: "What you ask to be called, while it is compared", until: "less than a second", columns: &[] },
            Kept {
                what: "Whether your page is here, when it was last heard, how far you and your counsellor have read, and \
                       what the two pages hand each other so that both can open messages, which the server cannot open",
                until: CLOSED,
                columns: &[],
            },
        ],
    },
    Group {
        about: "About counsellors",
        kept: &[
            Kept {
                what: "Login, nickname, role, password hash, whether they are available, when the account was made or \
                       disabled, the public half of their own key, the other half sealed under a code they keep, and two \
                       fingerprints of the nickname like those of yours",
                until: "as long as the account",
                columns: &["account.*", "chat_user.nickname", "chat_user.account"],
            },
            Kept {
                what: "That they are signed in: a fingerprint of their cookie",
                until: "until they sign out, or the session is over",
                columns: &["session.*"],
            },
            Kept {
                what: "What staff did to accounts and looked at: signing in and out, adding, disabling, resetting, roles, passwords \
                       and keys that were chosen (that, not which), looking at everybody's duty. For a person who was invited, a \
                       fingerprint of the link with which they choose their password",
                until: "as long as the service; the link for 7 days",
                columns: &["audit.*"],
            },
            Kept {
                what: "That they asked for a student, and whether one was given; while that conversation is open, which",
                until: "10 minutes",
                columns: &["claim.*"],
            },
            Kept {
                what: "When they were at work: that they opened the desk, took a student, sent a message, closed, handed over or \
                       changed a plan, switched their availability, or were at the keyboard. Never which conversation, and of \
                       the keyboard never what was typed, only that it was used: their page tells of it every few \
                       minutes, sooner when much is typed, as how long ago. From this come the sessions that they themselves and their supervisors see",
                until: "as long as the account",
                columns: &["activity.*", "duty_session.*"],
            },
        ],
    },
    Group {
        about: "About nobody",
        kept: &[
            Kept {
                what: "How often somebody has waited, or talked, about so long, in coarse steps by the day of the week and three hours of it. Fewer \
                       than five of a kind are shown to nobody",
                until: "as long as the service",
                columns: &["service_hour.*"],
            },
            Kept { what: "When the server was down", until: "30 days", columns: &["outage.*"] },
            Kept {
                what: "Counters: the next number in the queue, when the server was last alive, what was asked of its sweep",
                until: "as long as the service",
                columns: &["counter.*", "installation.*", "_sqlx_migrations.*"],
            },
            Kept {
                what: "A log of events, with a random number for a conversation and nothing that is said, no name and no \
                       address; and counts: how many wait, how many talk",
                until: "as long as whoever runs this service keeps them",
                columns: &[],
            },
        ],
    },
];

/// The list as a page shows it.
pub fn as_html() -> String {
    let mut html = String::new();
    for Group { about, kept } in &INVENTORY {
        // Writing to a string cannot fail.
        let _ = write!(html, "<h2>{about}</h2>\n<dl>\n");
        for Kept { what, until, .. } in *kept {
            let _ = write!(html, "<dt>{what}.</dt>\n<dd>Kept: {until}.</dd>\n");
        }
        html += "</dl>\n";
    }
    html
}
