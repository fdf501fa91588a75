use muster_service::standard::Record;

use super::Error;
use crate::domain::mission::Mission;

impl Record for Mission {
    type Error = Error;
}
