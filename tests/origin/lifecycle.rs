//! Starting and stopping.

use std::io::ErrorKind;
use std::net::{Ipv6Addr, SocketAddr, TcpListener};

use flags::origin::{Fault, Origin, Settings, Weather};

use crate::plain_http::{read_one, read_to_end, send};
use crate::weather::always;
use crate::{brazil, get_flag, start};

#[test]
fn an_address_in_use_is_one_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap();
    let error = Origin::start(Settings { bind, ..Settings::default() }).err().unwrap();
    assert!(error.to_string().contains(&bind.to_string()), "{error}");
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[test]
fn an_ipv6_address_is_in_brackets_in_the_url() {
    let bind = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    match Origin::start(Settings { bind, ..Settings::default() }) {
        Ok(origin) => {
            assert!(origin.base_url().starts_with("http://[::1]:"), "{}", origin.base_url());
            assert!(get_flag(&origin, brazil()).is_whole());
        }
        // The machine has no IPv6.
        Err(error) => assert!(error.to_string().contains("[::1]"), "{error}"),
    }
}

#[test]
fn a_server_on_all_addresses_has_the_loopback_address_in_its_url() {
    let bind = "0.0.0.0:0".parse().unwrap();
    let origin = Origin::start(Settings { bind, ..Settings::default() }).unwrap();
    assert!(origin.base_url().starts_with("http://127.0.0.1:"), "{}", origin.base_url());
}

#[test]
fn dropping_a_server_closes_all_connections() {
    let late = Weather { delay: "3600s".parse().unwrap(), ..Weather::default() };
    let origin = start(always(Fault::Stall));
    let mut stalled = send(origin.base_url(), "GET /flags/br/br.gif HTTP/1.1", &[]);
    read_one(&mut stalled, false);
    origin.set_weather(late);
    let mut waiting = send(origin.base_url(), "GET /flags/us/us.gif HTTP/1.1", &[]);
    drop(origin);
    read_to_end(&mut stalled, &mut Vec::new());
    read_to_end(&mut waiting, &mut Vec::new());
}

#[test]
fn a_server_can_start_and_stop_inside_an_async_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let origin = start(Weather::default());
        drop(origin);
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let bind = taken.local_addr().unwrap();
        assert!(Origin::start(Settings { bind, ..Settings::default() }).is_err());
    });
}
