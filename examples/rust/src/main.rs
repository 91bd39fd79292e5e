//! A small HTTP server of the standard library that ends cleanly on SIGTERM.

mod greeting;
mod stop;

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use std::{env, thread};

fn main() -> io::Result<()> {
    let stop = stop::Stop::install()?;
    let port = env::var("PORT").unwrap_or_else(|_| "8086".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    announce(&listener)?;
    thread::spawn(move || serve(&listener));
    stop.wait()
}

fn announce(listener: &TcpListener) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on {}", listener.local_addr()?)?;
    out.flush()
}

fn serve(listener: &TcpListener) {
    for stream in listener.incoming().flatten() {
        thread::spawn(move || {
            if let Err(problem) = answer(stream) {
                eprintln!("{problem}");
            }
        });
    }
}

/// Reads one request up to the empty line, and answers it.
fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let (status, body) = match request.split(' ').nth(1) {
        Some("/") => ("200 OK", greeting::GREETING),
        _ => ("404 Not Found", "not found"),
    };
    let length = body.len() + 1;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}\n"
    )
}
