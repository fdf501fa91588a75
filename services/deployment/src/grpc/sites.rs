use muster_proto::deployment::v1::{self as pb, site_service_server::SiteService};
use muster_service::standard_service;

use super::Handler;
use crate::domain::site::{Site, SiteStatus};

standard_service! {
    SiteService for Handler {
        create_site: create of Site (pb::CreateSiteRequest) -> pb::Site;
        update_site: update of Site (pb::UpdateSiteRequest) -> pb::Site;
        delete_site: delete of Site (pb::DeleteSiteRequest) -> ();
        get_site: get(pb::GetSiteRequest) -> pb::Site;
        batch_get_sites: batch_get(pb::BatchGetSitesRequest) -> pb::BatchGetSitesResponse;
        list_sites: list(pb::ListSitesRequest, "") -> pb::ListSitesResponse;
        create_site_status: create of SiteStatus (pb::CreateSiteStatusRequest) -> pb::SiteStatus;
        update_site_status: update of SiteStatus (pb::UpdateSiteStatusRequest) -> pb::SiteStatus;
        delete_site_status: delete of SiteStatus (pb::DeleteSiteStatusRequest) -> ();
        get_site_status: get(pb::GetSiteStatusRequest) -> pb::SiteStatus;
        batch_get_site_statuses: batch_get(pb::BatchGetSiteStatusesRequest)
            -> pb::BatchGetSiteStatusesResponse;
        list_site_statuses: list(pb::ListSiteStatusesRequest, "") -> pb::ListSiteStatusesResponse;
    }
}
