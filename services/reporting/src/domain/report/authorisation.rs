use super::{
    super::{deployment::Mandate, situation::phrases},
    text::Context,
};

pub fn bullets(context: &Context) -> Vec<String> {
    let mandate = context.mandate();
    let authorised = mandate.map(|mandate| format!("{}.", authorised(mandate)));
    let parts: Vec<String> = authorised.into_iter().chain(leads(context)).collect();
    if parts.is_empty() { Vec::new() } else { vec![parts.join(" ")] }
}

pub fn paragraphs(context: &Context) -> Vec<String> {
    let roster = &context.roster;
    let mut paragraphs = Vec::new();
    match context.mandate() {
        Some(mandate) => paragraphs.extend(in_force(context, mandate)),
        None if roster.mandates.is_empty() => {}
        None => paragraphs.push(format!("No mandate was in force on {}.", context.day())),
    }
    paragraphs.extend(leads(context));
    let hosts = roster.partners.iter().filter(|partner| partner.is_host_force);
    paragraphs.extend(hosts.map(|host| {
        format!(
            "Its host force is {} ({}).",
            phrases::named(&host.display_name),
            phrases::short(&host.name)
        )
    }));
    paragraphs
}

fn in_force(context: &Context, mandate: &Mandate) -> Vec<String> {
    let sources = phrases::publishers(&mandate.sources);
    let sources = if sources.is_empty() { String::new() } else { format!(" Source: {sources}.") };
    let mut paragraphs = vec![format!(
        "{}. It is in force from {} until {}.{sources}",
        authorised(mandate),
        phrases::day(context.day_of(mandate.starts_at)),
        phrases::day(context.day_of(mandate.ends_at)),
    )];
    if !mandate.tasks.is_empty() {
        let tasks: Vec<&str> =
            mandate.tasks.iter().map(|task| task.trim_end_matches(['.', ';'])).collect();
        paragraphs.push(format!("Its tasks: {}.", tasks.join("; ")));
    }
    paragraphs
}

fn authorised(mandate: &Mandate) -> String {
    format!(
        "The mission was authorised on {} by {} of {} ({})",
        phrases::day(mandate.adopted_on),
        mandate.instrument,
        phrases::named(&mandate.authority),
        phrases::short(&mandate.name),
    )
}

fn leads(context: &Context) -> Option<String> {
    let leads: Vec<String> = context
        .roster
        .partners
        .iter()
        .filter(|partner| partner.leads)
        .map(|partner| format!("{} ({})", partner.display_name, phrases::short(&partner.name)))
        .collect();
    let verb = if leads.len() == 1 { "leads" } else { "lead" };
    (!leads.is_empty()).then(|| format!("{} {verb} the mission.", phrases::list(&leads)))
}
