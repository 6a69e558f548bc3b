use super::*;

#[test]
fn names_are_escaped_in_html_and_left_alone_in_plain_text() {
    let mail = Mail::Invitation {
        organization: "<b>Acme</b> & Sons".to_owned(),
        invited_by: "Ada".to_owned(),
        role: "viewer".to_owned(),
        link: "https://costs.example/invitation?token=abc".to_owned(),
    };
    let texts = mail.texts().unwrap();
    assert!(texts.html.contains("&lt;b&gt;Acme&lt;&#x2f;b&gt; &amp; Sons"), "{}", texts.html);
    assert!(texts.plain.contains("<b>Acme</b> & Sons"));
    for text in [&texts.plain, &texts.html] {
        assert!(text.contains("invitation?token=abc"), "{text}");
    }
}

/// Every mail, with a text of somebody else's wherever there can be one.
fn mails(evil: &str) -> Vec<Mail> {
    let text = || evil.to_owned();
    let link = || format!("https://costs.example/?q={evil}");
    let line = ReportLine { name: text(), color: "#000000".into(), figure: text(), change: String::new() };
    let month = MonthLine {
        month: "October 2026".into(),
        total: "1 USD".into(),
        rows: "1".into(),
        proven: false,
        proof: "copied".into(),
    };
    let (organization, connection) = (text(), text());
    vec![
        Mail::Invitation { organization: text(), invited_by: text(), role: text(), link: link() },
        Mail::DashboardsReady {
            organization: text(),
            connection: text(),
            months: vec![month],
            proof: vec![text()],
            link: link(),
        },
        Mail::NeedsAttention {
            organization: text(),
            connection: text(),
            message: text(),
            advice: text(),
            link: link(),
        },
        Mail::Report {
            organization: text(),
            report: text(),
            title: text(),
            total: text(),
            lines: vec![line],
            note: text(),
            link: link(),
            files: vec![],
        },
        bill_changed(evil),
        Mail::Notices { message: crate::notice::samples::message(evil), files: vec![] },
        Mail::ChannelOff {
            organization: text(),
            channel: text(),
            reason: text(),
            message: None,
            link: link(),
        },
        Mail::ChannelOff {
            organization: text(),
            channel: text(),
            reason: text(),
            message: Some(text()),
            link: link(),
        },
        Mail::Recovered { organization, connection, link: link() },
    ]
}

fn bill_changed(evil: &str) -> Mail {
    let text = || evil.to_owned();
    let line =
        crate::DiffLine { name: text(), before: text(), after: text(), change: text(), percent: text() };
    let month = DiffMonth {
        month: text(),
        days: text(),
        currency: text(),
        before: text(),
        after: text(),
        change: text(),
        percent: text(),
        usage: text(),
        refunds: text(),
        services: vec![line.clone(); 9],
        accounts: vec![line; 9],
        rows: text(),
        link: "https://costs.example/connections/c/changes?month=2026-10".to_owned(),
    };
    Mail::BillChanged {
        organization: text(),
        connection: text(),
        months: vec![month],
        minimum: text(),
        link: format!("https://costs.example/?q={evil}"),
    }
}

#[test]
fn nobody_s_text_becomes_markup_or_a_line_or_an_address() {
    let evil = "xyzzy\"><script>alert(1)</script>'\r\nBcc: victim@example.com\r\n\r\nforged\u{202e}";
    for mail in mails(evil) {
        let texts = mail.texts().unwrap();
        assert!(!texts.subject.contains(['\r', '\n', '\u{202e}']), "{}", texts.subject);
        assert!(!texts.html.contains("<script") && !texts.html.contains("xyzzy\">"), "{}", texts.html);
        for text in [&texts.plain, &texts.html] {
            assert!(!text.contains("\nBcc:") && !text.contains("\nforged"), "{text}");
            assert!(!text.contains('\u{202e}') && !text.contains('\r'), "{text}");
        }
        assert!(
            texts.plain.contains("?q=xyzzy%22%3E%3Cscript%3Ealert(1)%3C/script%3E%27%0D%0ABcc:%20"),
            "{}",
            texts.plain
        );
    }
    let [invitation, ..] = &mails("a&b=c")[..] else { panic!("no mails") };
    assert!(invitation.texts().unwrap().html.contains("href=\"https://costs.example/?q=a&amp;b=c\""));
    assert_eq!(address("javascript:alert(1)"), "");
    assert_eq!(address("https://a.example/?f=t%3Ax&g=ä"), "https://a.example/?f=t%3Ax&g=%C3%A4");
}

#[test]
fn mails_are_of_bounded_length() {
    let long = "long ".repeat(20_000);
    for mail in mails(&long) {
        let Texts { subject, plain, html } = mail.texts().unwrap();
        assert!(subject.chars().count() < 300, "{}", subject.len());
        // The link is what it is: cut off, it would lead elsewhere.
        let link = address(mail.link()).len();
        assert!(plain.len() < 20_000 + link, "{}", plain.len());
        assert!(html.len() < 40_000 + link, "{}", html.len());
    }
}

#[test]
fn the_totals_and_their_proof_are_told() {
    let month = |proven| MonthLine {
        month: "October 2026".to_owned(),
        total: "1,234.50 USD".to_owned(),
        rows: "812,000".to_owned(),
        proven,
        proof: "copied, complete NOT, amortized".to_owned(),
    };
    let mail = |proven| Mail::DashboardsReady {
        organization: "Acme".to_owned(),
        connection: "AWS".to_owned(),
        months: vec![month(true), month(proven)],
        proof: vec!["complete: NO: 1 file was left out: b.csv".to_owned()],
        link: "https://costs.example/".to_owned(),
    };
    let good = mail(true).texts().unwrap();
    assert!(good.plain.contains("1,234.50 USD") && good.html.contains("1,234.50 USD"));
    assert!(good.plain.contains("digit by digit") && !good.plain.contains("left out"));
    let off = mail(false).texts().unwrap();
    assert!(!off.plain.contains("digit by digit"));
    for text in [&off.plain, &off.html] {
        assert!(text.contains("copied, complete NOT, amortized"), "{text}");
        assert!(text.contains("1 file was left out: b.csv"), "{text}");
    }
}
