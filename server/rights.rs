//! Who may do what: one table of roles and actions, for requests and for the desk's socket alike.
//!
//! What is not in it nobody may: a request without a row is answered as one for nothing, and a frame without an action does
//! not compile. Which account asks is found here once, and handed to whoever answers.

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};

use crate::{
    Parts, auth,
    http::{Refused, fault},
    page,
    protocol::FromDesk,
    store::StaffRole,
};

/// Everything that somebody who is signed in can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Who one is, and having a key of one's own.
    SeeOneself,
    KeepOwnKey,
    /// Being at the desk: seeing how many wait, being available.
    BeAtDesk,
    TakeStudents,
    Talk,
    HandOver,
    ReadSharedIntake,
    EditPlan,
    SeeOwnDuty,
    SeeEveryonesDuty,
    DownloadDuty,
    SeeService,
    SeeAccounts,
    AddAccount,
    DisableAccount,
    ResetAccount,
    SetRole,
    SeeAudit,
}

impl Action {
    pub const ALL: [Self; 18] = [
        Self::SeeOneself,
        Self::KeepOwnKey,
        Self::BeAtDesk,
        Self::TakeStudents,
        Self::Talk,
        Self::HandOver,
        Self::ReadSharedIntake,
        Self::EditPlan,
        Self::SeeOwnDuty,
        Self::SeeEveryonesDuty,
        Self::DownloadDuty,
        Self::SeeService,
        Self::SeeAccounts,
        Self::AddAccount,
        Self::DisableAccount,
        Self::ResetAccount,
        Self::SetRole,
        Self::SeeAudit,
    ];

    /// Whoever is not named may not.
    fn allowed_to(self) -> &'static [StaffRole] {
        match self {
            Self::SeeOneself
            | Self::KeepOwnKey
            | Self::BeAtDesk
            | Self::TakeStudents
            | Self::Talk
            | Self::HandOver
            | Self::ReadSharedIntake
            | Self::EditPlan
            | Self::SeeOwnDuty => EVERYBODY,
            Self::SeeEveryonesDuty | Self::DownloadDuty | Self::SeeService => SUPERVISING,
            Self::SeeAccounts
            | Self::AddAccount
            | Self::DisableAccount
            | Self::ResetAccount
            | Self::SetRole
            | Self::SeeAudit => ADMINISTRATING,
        }
    }

    /// What a frame of a desk asks for.
    pub fn of_frame(said: &FromDesk) -> Self {
        match said {
            FromDesk::Hello { .. } | FromDesk::Switch { .. } | FromDesk::Beat { .. } | FromDesk::Keyboard { .. } => {
                Self::BeAtDesk
            }
            FromDesk::Take { .. } => Self::TakeStudents,
            FromDesk::Say { .. }
            | FromDesk::Typing { .. }
            | FromDesk::Stay { .. }
            | FromDesk::Seen { .. }
            | FromDesk::Leave { .. }
            | FromDesk::OfferKey { .. }
            | FromDesk::Reveal { .. }
            | FromDesk::Close { .. } => Self::Talk,
            FromDesk::GiveBack { .. }
            | FromDesk::HandOver { .. }
            | FromDesk::Accept { .. }
            | FromDesk::Decline { .. } => Self::HandOver,
        }
    }
}

const EVERYBODY: &[StaffRole] = &[StaffRole::Counsellor, StaffRole::Supervisor, StaffRole::Administrator];
const SUPERVISING: &[StaffRole] = &[StaffRole::Supervisor, StaffRole::Administrator];
const ADMINISTRATING: &[StaffRole] = &[StaffRole::Administrator];

/// Every request of somebody who is signed in: its method, its route, and what it asks for.
pub const REQUESTS: [(&str, &str, Action); 17] = [
    ("GET", "/api/me", Action::SeeOneself),
    ("GET", "/api/identity", Action::SeeOneself),
    ("PUT", "/api/identity", Action::KeepOwnKey),
    ("GET", "/api/intake/shared", Action::ReadSharedIntake),
    ("POST", "/api/intake/shared/steps", Action::EditPlan),
    ("PUT", "/api/intake/shared/steps/{id}", Action::EditPlan),
    ("DELETE", "/api/intake/shared/steps/{id}", Action::EditPlan),
    ("GET", "/api/duty/own", Action::SeeOwnDuty),
    ("GET", "/api/duty/everyone", Action::SeeEveryonesDuty),
    ("GET", "/api/duty/everyone.csv", Action::DownloadDuty),
    ("GET", "/api/service", Action::SeeService),
    ("GET", "/api/accounts", Action::SeeAccounts),
    ("POST", "/api/accounts", Action::AddAccount),
    ("POST", "/api/accounts/{id}/disable", Action::DisableAccount),
    ("POST", "/api/accounts/{id}/reset", Action::ResetAccount),
    ("PUT", "/api/accounts/{id}/role", Action::SetRole),
    ("GET", "/api/audit", Action::SeeAudit),
];

pub fn may(role: StaffRole, action: Action) -> bool {
    action.allowed_to().contains(&role)
}

/// Lets a request through to whoever answers it, with the account that asks among its extensions. The role is read with
/// every request, so that one that was changed counts from the next on.
pub async fn those_who_may(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (method, route) = (request.method().as_str(), request.match_pattern());
    let row = REQUESTS.iter().find(|(asked, pattern, _)| *asked == method && route.as_deref() == Some(*pattern));
    let refusal = match (row, request.app_data::<web::Data<Parts>>()) {
        (Some((_, _, action)), Some(parts)) => {
            let (request, now) = (request.request(), parts.clock.date());
            match auth::session(request, &parts.settings, &*parts.store, now).await {
                Ok(Some(account)) if may(account.role, *action) => {
                    request.extensions_mut().insert(account);
                    None
                }
                Ok(Some(_)) => Some(HttpResponse::Forbidden().json(Refused::because("role"))),
                Ok(None) => Some(HttpResponse::Unauthorized().json(Refused::because("signed_out"))),
                Err(error) => Some(fault("reading a session", &error.into())),
            }
        }
        _ => Some(page::not_found()),
    };
    match refusal {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(refusal) => Ok(request.into_response(refusal).map_into_right_body()),
    }
}
