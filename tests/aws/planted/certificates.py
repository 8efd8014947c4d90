"""Certificates of ACM: about to expire, with weak keys, not in use. Load balancers, whose listeners use them."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from emulator import MAIN
from planted.buckets import closed

REGION = "eu-west-1"
EXPIRY = "aws-acm-certificate-not-expiring"
KEY = "aws-acm-certificate-strong-key"
LOGS = "aws-elbv2-access-logging-on"
LEADS = "aws-elbv2-alb-https-or-redirect"
TLS = "aws-elbv2-strong-tls-policy"
STRONG, WEAK = "ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "ELBSecurityPolicy-2016-08"


def plant(cloud, book):
    ec2 = cloud.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.60.{n}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")]
    certificates(cloud, book, vpc, subnets)
    balancers(cloud, book, vpc, subnets)


def signed(key, days):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example.com")])
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now + datetime.timedelta(days=days)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(min(now, end) - datetime.timedelta(days=1))
        .not_valid_after(end).sign(key, hashes.SHA256()))
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    return {"Certificate": made.public_bytes(pem), "PrivateKey": key.private_bytes(pem, form, serialization.NoEncryption())}


def judge(book, arn, logs, leads, tls, why):
    for check, verdict in ((LOGS, logs), (LEADS, leads), (TLS, tls)):
        book._add(verdict, check, arn, "", MAIN, why)


def certificates(cloud, book, vpc, subnets):
    acm, elb = cloud.client("acm", REGION), cloud.client("elbv2", REGION)
    group = elb.create_target_group(Name="certificates", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    balancer = elb.create_load_balancer(Name="certificates", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    judge(book, balancer, "FAIL", "PASS", "PASS", "TLS 1.2 on every port, nothing logged")
    ports = iter(range(9000, 9100))

    def case(expiry, strength, why, key, days, used=True):
        arn = acm.import_certificate(**signed(key, days))["CertificateArn"]
        if used:
            elb.create_listener(
                LoadBalancerArn=balancer, Protocol="HTTPS", Port=next(ports), Certificates=[{"CertificateArn": arn}],
                SslPolicy="ELBSecurityPolicy-TLS-1-2-2017-01",
                DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}])
        book._add(expiry, EXPIRY, arn, "", MAIN, why)
        book._add(strength, KEY, arn, "", MAIN, why)
        return arn

    strong, weak = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 1024)
    case("PASS", "PASS", "200 days left", strong, 200)
    case("PASS", "PASS", "31 days left", strong, 31)
    case("FAIL", "PASS", "29 days left", strong, 29)
    cloud.expire_certificate(case("FAIL", "PASS", "expired", strong, 10), signed(strong, -1)["Certificate"], REGION)
    case("PASS", "FAIL", "1024 bits", weak, 200)
    case("PASS", "PASS", "P-256, which is listed only when asked for", ec.generate_private_key(ec.SECP256R1()), 200)
    case("NOT_APPLICABLE", "NOT_APPLICABLE", "nobody uses it", weak, 5, used=False)
    arn = acm.request_certificate(DomainName="new.example.com", ValidationMethod="DNS")["CertificateArn"]
    book.not_applicable(EXPIRY, arn, "not issued yet")
    book.not_applicable(KEY, arn, "not issued yet")


def balancers(cloud, book, vpc, subnets):
    acm, elb = cloud.client("acm", REGION), cloud.client("elbv2", REGION)
    closed(cloud, book, "balancer-logs")
    certificate = acm.import_certificate(**signed(rsa.generate_private_key(65537, 2048), 300))["CertificateArn"]
    book.passes(EXPIRY, certificate, "300 days left")
    book.passes(KEY, certificate, "2048 bits")

    def forward(name, protocol):
        made = elb.create_target_group(Name=name, Protocol=protocol, Port=80, VpcId=vpc)["TargetGroups"][0]
        return [{"Type": "forward", "TargetGroupArn": made["TargetGroupArn"]}]

    def redirect(protocol):
        return [{"Type": "redirect", "RedirectConfig": {"Protocol": protocol, "Port": "443", "StatusCode": "HTTP_301"}}]

    def case(logs, leads, tls, name, why, *listeners, kind="application", bucket=None):
        arn = elb.create_load_balancer(Name=name, Subnets=subnets, Type=kind)["LoadBalancers"][0]["LoadBalancerArn"]
        if bucket:
            elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[
                {"Key": "access_logs.s3.enabled", "Value": "true"}, {"Key": "access_logs.s3.bucket", "Value": bucket}])
        for protocol, port, actions, policy, rules in listeners:
            more = {"SslPolicy": policy, "Certificates": [{"CertificateArn": certificate}]} if policy else {}
            made = elb.create_listener(LoadBalancerArn=arn, Protocol=protocol, Port=port, DefaultActions=actions, **more)
            for number, one in enumerate(rules):
                elb.create_rule(
                    ListenerArn=made["Listeners"][0]["ListenerArn"], Priority=number + 1, Actions=one,
                    Conditions=[{"Field": "path-pattern", "Values": [f"/{number}/*"]}])
        judge(book, arn, logs, leads, tls, why)

    web, fixed = forward("web", "HTTP"), [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    to_tls, tls = redirect("HTTPS"), ("HTTPS", 443, web, STRONG, [])
    case("FAIL", "FAIL", "NOT_APPLICABLE", "forwards", "plain HTTP only", ("HTTP", 80, web, None, []))
    case("PASS", "PASS", "PASS", "leads", "all as it should be", ("HTTP", 80, to_tls, None, []), tls, bucket="balancer-logs")
    case("FAIL", "PASS", "FAIL", "rule-leads", "led by a rule, to an old policy",
         ("HTTP", 80, fixed, None, [to_tls]), ("HTTPS", 443, web, WEAK, []))
    case("FAIL", "FAIL", "FAIL", "rule-forwards", "a rule forwards; the policy of another port is old",
         ("HTTP", 80, to_tls, None, [web]), tls, ("HTTPS", 8443, web, WEAK, []))
    case("FAIL", "FAIL", "NOT_APPLICABLE", "default-forwards", "a rule leads, the rest is forwarded", ("HTTP", 80, web, None, [to_tls]))
    case("FAIL", "FAIL", "NOT_APPLICABLE", "same-protocol", "led to HTTP again", ("HTTP", 80, redirect("#{protocol}"), None, []))
    case("FAIL", "FAIL", "NOT_APPLICABLE", "second-port", "only one of two ports leads",
         ("HTTP", 80, to_tls, None, []), ("HTTP", 8080, web, None, []))
    case("FAIL", "FAIL", "PASS", "forwards-beside", "HTTP beside HTTPS", ("HTTP", 80, web, None, []), tls)
    case("FAIL", "PASS", "NOT_APPLICABLE", "no-listener", "no listener")
    net = forward("net", "TCP")
    case("NOT_APPLICABLE", "NOT_APPLICABLE", "NOT_APPLICABLE", "net-plain", "TCP, of which no access log is written", ("TCP", 80, net, None, []), kind="network")
    case("PASS", "NOT_APPLICABLE", "FAIL", "net-tls", "TLS 1.1", ("TLS", 443, net, "ELBSecurityPolicy-TLS-1-1-2017-01", []),
         kind="network", bucket="balancer-logs")
    case("NOT_APPLICABLE", "NOT_APPLICABLE", "NOT_APPLICABLE", "gateway", "has no access logs", kind="gateway")
