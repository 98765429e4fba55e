using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>Certificates that nobody has signed.</summary>
internal static class Certificates
{
    /// <summary>One for loopback, in files and in the settings of the server.</summary>
    public static X509Certificate2 Make(Tool tool, bool pem)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(tool["cert.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(tool["key.pem"], key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(tool["cert.pfx"], certificate.Export(X509ContentType.Pfx, "secret"));
        tool.Environment["Pawl__Web__Certificate"] = pem ? "cert.pem" : "cert.pfx";
        tool.Environment[pem ? "Pawl__Web__CertificateKey" : "Pawl__Web__CertificatePassword"] = pem ? "key.pem" : "secret";
        return certificate;
    }
}
