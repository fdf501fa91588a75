use muster_proto::deployment::v1::{self as pb, area_service_server::AreaService};
use muster_service::standard_service;

use super::Handler;
use crate::domain::area::Area;

standard_service! {
    AreaService for Handler {
        create_area: create of Area (pb::CreateAreaRequest) -> pb::Area;
        update_area: update of Area (pb::UpdateAreaRequest) -> pb::Area;
        delete_area: delete of Area (pb::DeleteAreaRequest) -> ();
        get_area: get(pb::GetAreaRequest) -> pb::Area;
        batch_get_areas: batch_get(pb::BatchGetAreasRequest) -> pb::BatchGetAreasResponse;
        list_areas: list(pb::ListAreasRequest, "") -> pb::ListAreasResponse;
    }
}
