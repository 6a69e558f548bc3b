//! All routes, what they pass through, and their OpenAPI description.

use crate::crowds::{self, Crowds};
use crate::events::Streams;
use crate::{ApiState, access, assets, guard, methods, operation, requests, routes};
use axum::routing::{any, get};
use axum::{Extension, Json, Router, middleware};
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(info(
    title = "Cloud Analyzer",
    description = "Exact cloud costs from cost and usage reports. Figures are strings with every digit; dates are UTC; `to` is always exclusive.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Info;

fn described() -> OpenApiRouter<ApiState> {
    let nouns = OpenApiRouter::new()
        .routes(routes!(routes::overview::overview))
        .routes(routes!(routes::happenings::events))
        .routes(routes!(routes::dimensions::dimensions))
        .routes(routes!(routes::dimensions::dimension_values))
        .routes(routes!(routes::costs::costs))
        .routes(routes!(routes::exports::costs_csv))
        .routes(routes!(routes::exports::costs_xlsx))
        .routes(routes!(routes::exports::costs_parquet))
        .routes(routes!(routes::summary::summary))
        .routes(routes!(routes::projection::projection))
        .routes(routes!(routes::explain::explain))
        .routes(routes!(routes::explain::explain_csv))
        .routes(routes!(routes::savings::savings))
        .merge(optimization())
        .merge(allocation())
        .merge(budgets())
        .merge(identity())
        .merge(connections())
        .merge(notifications())
        .merge(trends());
    OpenApiRouter::with_openapi(Info::openapi()).nest("/api/v1", nouns)
}

fn optimization() -> OpenApiRouter<ApiState> {
    use routes::optimization::{self, split, waste, workloads};
    OpenApiRouter::new()
        .routes(routes!(optimization::owned))
        .routes(routes!(optimization::owned_hours))
        .routes(routes!(optimization::rates))
        .routes(routes!(optimization::replay))
        .routes(routes!(waste::waste))
        .routes(routes!(waste::waste_csv))
        .routes(routes!(waste::dismiss_waste))
        .routes(routes!(waste::restore_waste))
        .routes(routes!(workloads::workloads))
        .routes(routes!(workloads::workloads_csv))
        .routes(routes!(workloads::exclude_from_spot))
        .routes(routes!(workloads::include_in_spot))
        .routes(routes!(split::split_costs))
        .routes(routes!(optimization::overview::overview))
        .routes(routes!(optimization::buy::advice))
        .routes(routes!(optimization::buy::plan))
}

fn allocation() -> OpenApiRouter<ApiState> {
    use routes::{accounts, reports, shared_costs, spellings, subsets, virtual_tags};
    OpenApiRouter::new()
        .routes(routes!(reports::reports, reports::save_report))
        .routes(routes!(reports::change_report, reports::remove_report))
        .routes(routes!(reports::send_report))
        .routes(routes!(subsets::subsets, subsets::create_subset, subsets::remove_subsets))
        .routes(routes!(subsets::subset, subsets::change_subset))
        .routes(routes!(accounts::accounts))
        .routes(routes!(accounts::name_accounts))
        .routes(routes!(spellings::tag_spellings, spellings::set_tag_spellings))
        .routes(routes!(virtual_tags::virtual_tags, virtual_tags::create_virtual_tag))
        .routes(routes!(virtual_tags::set_virtual_tag, virtual_tags::remove_virtual_tag))
        .routes(routes!(virtual_tags::preview_virtual_tag))
        .routes(routes!(shared_costs::shared_costs, shared_costs::set_shared_costs))
}

fn budgets() -> OpenApiRouter<ApiState> {
    use routes::budgets;
    OpenApiRouter::new()
        .routes(routes!(budgets::budgets, budgets::create_budget))
        .routes(routes!(budgets::suggest_budget))
        .routes(routes!(budgets::budget, budgets::set_budget, budgets::remove_budget))
}

fn identity() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(routes::session::session, routes::session::sign_in, routes::session::sign_out))
        .routes(routes!(routes::session::switch_organization))
        .routes(routes!(routes::session::change_password))
        .routes(routes!(routes::session::end_sessions))
        .routes(routes!(routes::invitations::accept_own_invitation))
        .routes(routes!(routes::invitations::decline_own_invitation))
        .routes(routes!(routes::setup::set_up))
        .routes(routes!(routes::members::members))
        .routes(routes!(routes::members::change_role, routes::members::remove_member))
        .routes(routes!(routes::invitations::invitations, routes::invitations::invite))
        .routes(routes!(routes::invitations::withdraw_invitation))
        .routes(routes!(routes::invitations::invitation_offer))
        .routes(routes!(routes::invitations::accept_invitation))
        .routes(routes!(routes::tokens::tokens, routes::tokens::create_token, routes::tokens::revoke_tokens))
        .routes(routes!(routes::tokens::revoke_token))
        .routes(routes!(routes::audit::audit))
        .routes(routes!(routes::openid::openid_start))
        .routes(routes!(routes::openid::openid_callback))
        .routes(routes!(routes::organizations::organization, routes::organizations::rename_organization))
        .routes(routes!(routes::organizations::mail_domains, routes::organizations::set_mail_domains))
        .routes(routes!(routes::organizations::create_organization))
}

fn notifications() -> OpenApiRouter<ApiState> {
    use routes::{channels, deliveries, notification_routes as to};
    OpenApiRouter::new()
        .routes(routes!(channels::channels, channels::create_channel))
        .routes(routes!(channels::change_channel, channels::remove_channel))
        .routes(routes!(channels::rotate_channel))
        .routes(routes!(deliveries::test_channel))
        .routes(routes!(deliveries::channel_deliveries))
        .routes(routes!(deliveries::resend_delivery))
        .routes(routes!(to::notification_routes, to::set_notification_routes))
}

fn trends() -> OpenApiRouter<ApiState> {
    use routes::trends::{around, comments, definitions, event, list, say};
    OpenApiRouter::new()
        .routes(routes!(list::trends))
        .routes(routes!(around::trend_why))
        .routes(routes!(list::trend_events))
        .routes(routes!(list::archive_trend_events))
        .routes(routes!(event::trend_event))
        .routes(routes!(around::trend_days))
        .routes(routes!(around::trend_breakdown))
        .routes(routes!(around::trend_event_why))
        .routes(routes!(say::set_trend_verdict))
        .routes(routes!(say::set_trend_assignee))
        .routes(routes!(say::set_trend_snooze))
        .routes(routes!(say::set_trend_expected))
        .routes(routes!(comments::add_trend_comment))
        .routes(routes!(comments::change_trend_comment, comments::remove_trend_comment))
        .routes(routes!(definitions::trend_definitions, definitions::create_trend_definition))
        .routes(routes!(definitions::set_trend_definition, definitions::remove_trend_definition))
        .routes(routes!(definitions::backtest_trends))
}

fn connections() -> OpenApiRouter<ApiState> {
    use routes::{
        bill_choices, connection_setup as setup, connections, customers, processing, source_files, stopping,
        verification,
    };
    OpenApiRouter::new()
        .routes(routes!(connections::connections, connections::create_connection))
        .routes(routes!(
            connections::connection,
            connections::change_connection,
            connections::remove_connection
        ))
        .routes(routes!(setup::connection_permissions))
        .routes(routes!(setup::connection_template))
        .routes(routes!(setup::connection_links))
        .routes(routes!(verification::verification, verification::start_verification))
        .routes(routes!(verification::verification_events))
        .routes(routes!(processing::processing, stopping::start_processing, stopping::stop_processing))
        .routes(routes!(stopping::process_again))
        .routes(routes!(processing::processing_events))
        .routes(routes!(processing::connection_ingests))
        .routes(routes!(routes::jobs::connection_jobs))
        .routes(routes!(source_files::connection_files))
        .routes(routes!(processing::connection_changes))
        .routes(routes!(bill_choices::bill_questions))
        .routes(routes!(bill_choices::choose_bill))
        .routes(routes!(customers::customers, customers::set_customers))
        .routes(routes!(routes::reach::reach))
}

/// The OpenAPI description of the interface.
pub fn openapi() -> Description {
    described().into_openapi()
}

/// Everything that is served.
pub fn router(state: ApiState) -> Router {
    let (api, description) = described().split_for_parts();
    let authorize = middleware::from_fn_with_state(state.clone(), access::authorize);
    let described = get(move || std::future::ready(Json(description.clone())));
    let crowds = Crowds::of(&state.site);
    let site = Arc::clone(&state.site);
    api.route_layer(authorize)
        .with_state(state.clone())
        .route("/api/v1/openapi.json", described.fallback(methods::of_reading))
        .merge(operation::at_the_door().with_state(state.clone()))
        .route("/api/{*rest}", any(assets::unknown))
        .fallback(assets::web)
        .layer(Extension(Streams::default()))
        .layer(middleware::from_fn(guard::server_timing))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(crowds, crowds::limit))
        .layer(middleware::from_fn_with_state(state.clone(), guard::known_host))
        .layer(middleware::from_fn_with_state(site, guard::harden))
        .layer(middleware::from_fn_with_state(state.requests, requests::known))
}

/// What the operator asks, at an address of this machine alone; nobody signs in there.
pub fn operators(state: ApiState) -> Router {
    let site = Arc::clone(&state.site);
    operation::of_operators()
        .with_state(state.clone())
        .fallback(assets::unknown)
        .layer(middleware::from_fn_with_state(state.clone(), guard::known_host))
        .layer(middleware::from_fn_with_state(site, guard::harden))
        .layer(middleware::from_fn_with_state(state.requests, requests::known))
}
