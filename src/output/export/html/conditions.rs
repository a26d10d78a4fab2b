//! What was compared, and on what machine.

use std::thread::available_parallelism;
use std::time::SystemTime;

use maud::{Markup, html};

use super::plot::titled_section;
use crate::compare::{Contender, Results};
use crate::country::CountryCode;
use crate::output::terminal::escape::escape_controls;

pub(super) fn section(results: &Results) -> Markup {
    let setup = results.setup;
    let codes: Vec<_> = setup.codes.iter().map(CountryCode::to_string).collect();
    let modes: Vec<_> = setup.contenders.iter().map(Contender::to_string).collect();
    let weather = match &setup.weather {
        Some(weather) => weather.sentences().join(" "),
        None => "Not injected: depends on the server and the network.".into(),
    };
    let system = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    let cores = available_parallelism().map_or("unknown".into(), |cores| cores.to_string());
    let rounds = format!("{} measured, after {} to warm up", results.whole_rounds, setup.warmup);
    let facts = [
        ("Server", escape_controls(&setup.server)),
        ("Weather", weather),
        ("Modes", modes.join(", ")),
        ("Rounds", rounds),
        ("Program", concat!("flags ", env!("CARGO_PKG_VERSION")).into()),
        ("System", system),
        ("Cores", cores),
        ("Date", httpdate::fmt_http_date(SystemTime::now())),
        ("Flags", codes.join(" ")),
    ];
    titled_section(
        "conditions",
        "Conditions",
        html! {
            dl.facts {
                @for (name, fact) in facts { div { dt { (name) } dd { (fact) } } }
            }
        },
    )
}
