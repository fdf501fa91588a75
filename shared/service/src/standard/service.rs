//! The handlers of standard methods, one line each.

/// Implements a gRPC service: of each method its name, which standard method it is, of which record
/// where it writes, its messages, and `then` a function of the handler where that completes the
/// answer. What the service has besides follows as functions.
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
    (@context $call:ident $complete:ident) => { $call.context.clone() };
    (
        $service:ident for $handler:ty {
            $($name:ident: $verb:ident $(of $content:ident)?
                ($request:ty $(, $order:literal)?) -> $response:ty $(, then $complete:ident)?;)*
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
                $(let context = $crate::standard_service!(@context call $complete);)?
                let answer =
                    $crate::standard::$verb$(::<$content, _, _>)?(&self.app, call $(, $order)?).await;
                $(let answer = self.$complete(&context, answer?).await;)?
                answer
            })*

            $($own)*
        }
    };
}
