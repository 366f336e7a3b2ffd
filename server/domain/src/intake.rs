//! The intake: a questionnaire that grows from its profile. What is asked, the tree that a profile gives, and the walk
//! through it. It knows neither the store nor the page, and nothing of how answers are sealed.

pub mod definition;
