//! The handlers of standard methods, one line each.

/// Implements a gRPC service: of each method its name, which standard method it is, of which record
/// where it writes, and its messages. What the service has besides follows as functions.
///
/// ```text
/// standard_service! {
///     AreaService for Handler {
///         create_area: create of Area (pb::CreateAreaRequest) -> pb::Area;
///         get_area: get(pb::GetAreaRequest) -> pb::Area;
///         list_areas: list(pb::ListAreasRequest, "level desc") -> pb::ListAreasResponse;
///     }
///     async fn merge_area(&self, request: Request<pb::MergeAreaRequest>) -> Answer<pb::Area> {
///         …
///     }
/// }
/// ```
#[macro_export]
macro_rules! standard_service {
    (
        $service:ident for $handler:ty {
            $($name:ident: $verb:ident $(of $content:ident)?
                ($request:ty $(, $order:literal)?) -> $response:ty;)*
        }
        $($own:tt)*
    ) => {
        #[tonic::async_trait]
        impl $service for $handler {
            $(async fn $name(
                &self,
                request: tonic::Request<$request>,
            ) -> $crate::Answer<$response> {
                let call = $crate::Call::admit(request)?;
                $crate::standard::$verb$(::<$content, _, _>)?(&self.app, call $(, $order)?).await
            })*

            $($own)*
        }
    };
}
