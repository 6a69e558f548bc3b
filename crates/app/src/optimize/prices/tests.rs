//! Price files in every form that AWS gives them, and what is none.

use super::{FileFacts, Listed, PriceFileError, read_file};
use std::io::Write;

fn read(text: &[u8]) -> Result<(FileFacts, Vec<Listed>), PriceFileError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    let mut found = vec![];
    let facts = read_file(file.path(), &|_| true, &mut |listed| {
        found.push(listed);
        Ok(())
    })?;
    Ok((facts, found))
}

fn shown(found: &[Listed]) -> Vec<String> {
    let one = |listed: &Listed| {
        let of = &listed.of;
        let parts = [
            listed.terms.to_string(),
            of.service.clone(),
            of.usage_type.clone(),
            of.operation.clone(),
            of.region.clone(),
        ];
        format!("{} {} {} {}", parts.join("|"), listed.price, listed.upfront, listed.currency)
    };
    found.iter().map(one).collect()
}

const RATE: &str = r#"{"discountedSku": "A", "discountedUsageType": "BoxUsage:m5.large", "discountedOperation": "RunInstances", "discountedServiceCode": "AmazonEC2",
    "rateCode": "P.A", "unit": "Hrs", "discountedRate": {"price": "0.0600000000", "currency": "USD"}, "discountedRegionCode": "us-east-1"}"#;
const M5: &str = "AmazonEC2|BoxUsage:m5.large|RunInstances|us-east-1 0.06 0 USD";

#[test]
fn plans_are_read_whatever_comes_first() {
    let product = r#""products": [{"sku": "P", "productFamily": "ComputeSavingsPlans", "serviceCode": "ComputeSavingsPlans", "attributes": {"purchaseOption": "Partial Upfront", "purchaseTerm": "3yr"}}]"#;
    let terms = format!(
        r#""terms": {{"savingsPlan": [{{"rates": [{RATE}], "sku": "P", "leaseContractLength": {{"duration": 3, "unit": "year"}}}}]}}"#
    );
    let date = r#""publicationDate": "2026-08-15T10:11:12Z""#;
    for text in
        [format!("{{{date}, {product}, {terms}}}"), format!("\u{feff}\n{{{terms}, {product}, {date}}}")]
    {
        let (facts, found) = read(text.as_bytes()).unwrap();
        assert_eq!(shown(&found), [format!("plan:compute:3yr:partial-upfront|{M5}")]);
        assert_eq!((facts.published.unwrap().to_string().as_str(), facts.taken), ("2026-08-15", 1));
    }
    let described = format!(
        r#"{{"terms": {{"savingsPlan": [{{"description": "1 year No Upfront m5 EC2 Instance Savings Plan in us-east-1", "rates": [{RATE}]}}]}}}}"#
    );
    assert_eq!(shown(&read(described.as_bytes()).unwrap().1), [format!("plan:ec2:1yr:no-upfront|{M5}")]);
    let nothing = format!(r#"{{"terms": {{"savingsPlan": [{{"sku": "P", "rates": [{RATE}]}}]}}}}"#);
    let error = read(nothing.as_bytes()).unwrap_err();
    assert!(error.problem.contains("not known") && error.place.unwrap().contains("sku P"));
}

#[test]
fn answers_of_the_rates_interface_are_read() {
    let text = r#"{"searchResults": [{"savingsPlanOffering": {"offeringId": "x", "paymentOption": "No Upfront", "planType": "EC2Instance", "durationSeconds": 94608000, "currency": "USD"},
        "rate": "0.06", "unit": "Hrs", "productType": "EC2", "serviceCode": "AmazonEC2", "usageType": "BoxUsage:m5.large", "operation": "RunInstances",
        "properties": [{"name": "region", "value": "us-east-1"}, {"name": "tenancy", "value": "shared"}]}], "nextToken": null}"#;
    assert_eq!(shown(&read(text.as_bytes()).unwrap().1), [format!("plan:ec2:3yr:no-upfront|{M5}")]);
}

#[test]
fn services_have_on_demand_prices_and_reservations() {
    let dimension = |unit: &str, begin: &str, price: &str| {
        format!(r#"{{"unit": "{unit}", "beginRange": "{begin}", "pricePerUnit": {{"USD": "{price}"}}}}"#)
    };
    let text = format!(
        r#"{{"offerCode": "AmazonEC2", "products": {{"S": {{"sku": "S", "attributes": {{"servicecode": "AmazonEC2", "usagetype": "BoxUsage:m5.large", "operation": "RunInstances", "regionCode": "us-east-1"}}}}}},
        "terms": {{"OnDemand": {{"S": {{"S.O": {{"priceDimensions": {{"a": {}, "b": {}}}, "termAttributes": {{}}}}}}, "UNKNOWN": {{"U.O": {{"priceDimensions": {{}}}}}}}},
        "Reserved": {{"S": {{"S.R": {{"priceDimensions": {{"q": {}, "h": {}}}, "termAttributes": {{"LeaseContractLength": "1yr", "OfferingClass": "standard", "PurchaseOption": "Partial Upfront"}}}},
        "S.H": {{"priceDimensions": {{"h": {}}}, "termAttributes": {{"LeaseContractLength": "1yr", "PurchaseOption": "Heavy Utilization"}}}}}}}}}}}}"#,
        dimension("Hrs", "0", "0.096"),
        dimension("Hrs", "1000", "0.09"),
        dimension("Quantity", "", "219"),
        dimension("Hrs", "0", "0.025"),
        dimension("Hrs", "0", "0.04"),
    );
    let tail = "AmazonEC2|BoxUsage:m5.large|RunInstances|us-east-1";
    let expected = [
        format!("on-demand|{tail} 0.096 0 USD"),
        format!("reserved:standard:1yr:partial-upfront|{tail} 0.025 219 USD"),
    ];
    assert_eq!(shown(&read(text.as_bytes()).unwrap().1), expected);
}

#[test]
fn what_is_no_price_file_says_where_and_what_to_do() {
    let plan = |rate: &str| {
        format!(
            r#"{{"terms": {{"savingsPlan": [{{"description": "1 year No Upfront Compute Savings Plan", "rates": [{rate}]}}]}}}}"#
        )
    };
    let priced = |price: &str| plan(&RATE.replace("0.0600000000", price));
    for (text, expected) in [
        (String::new(), "empty"),
        ("{}".to_owned(), "holds no prices"),
        (priced("NaN"), "rate P.A: price 'NaN' is not a decimal number"),
        (priced("-0.5"), "below 0"),
        (priced("0.06")[..200].to_owned(), "EOF"),
        ("SKU,usageType\nA,B\n".to_owned(), "no price file"),
        ("SKU,TermType,usageType,PricePerUnit\nA,OnDemand,B,x\n".to_owned(), "price 'x' is not"),
        ("\u{1f}\u{8b}".to_owned(), "no price file"),
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert!(error.problem.contains(expected), "{text}: {error}");
        assert!(error.advice.contains("price file"), "{}", error.advice);
    }
    let row = read(b"SKU,TermType,usageType,PricePerUnit\nA,OnDemand,B,1\nA,OnDemand,B,x\n").unwrap_err();
    assert_eq!(row.place.as_deref(), Some("line 3"));
    assert!(read(&[0x1f, 0x8b, 8, 0, 0]).is_err(), "a truncated gzip file");
    let (facts, found) = read(priced("0E-10").as_bytes()).unwrap();
    assert_eq!((facts.zero, found.len()), (1, 0), "a price of 0 is unknown");
    assert_eq!(read(priced("-0").as_bytes()).unwrap().0.zero, 1);
    assert_eq!(read(priced("6.0E-2").as_bytes()).unwrap().1[0].price.to_string(), "0.06");
}
