using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>
/// Asks by the gRPC health protocol (grpc.health.v1.Health/Check). The message is one field, so frame and protobuf are written here:
/// request <c>{ service = 1: string }</c>, answer <c>{ status = 1: enum }</c>, 1 is SERVING.
/// </summary>
/// <param name="check">Its target is <c>host:port[/service]</c>.</param>
internal sealed class GrpcProbe(CheckDefinition check) : ICheckProbe
{
    /// <summary>The longest service name: its length is then one byte of protobuf.</summary>
    public const int MaxService = 127;

    /// <summary>Whether compressed, u8; length of the message, u32 big-endian.</summary>
    private const int FrameHeader = 5;

    /// <summary>An answer is seven bytes; what does not end within this is none.</summary>
    private const int MaxAnswer = 64;

    private readonly HttpClient _http = CheckConnection.For(check, SslApplicationProtocol.Http2);
    private readonly CheckTarget _target = CheckTarget.Parse(check.Target);

    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{(check.UseTls ? "https" : "http")}://{_target.Authority}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(_target.Service)),
        };
        if (check.UseTls) request.Options.Set(CheckConnection.ServerName, check.TlsServerName.Length > 0 ? check.TlsServerName : _target.Host);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var answer = new byte[MaxAnswer];
            var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
            return Judge(response, answer.AsSpan(0, length));
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new CheckResult(CheckStatus.Critical, $"gRPC check {check.Target}: {CheckConnection.Reason(failed)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private CheckResult Judge(HttpResponseMessage response, ReadOnlySpan<byte> answer)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return new CheckResult(CheckStatus.Critical, $"gRPC check {check.Target}: HTTP status {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}");
        if (Header(response, "grpc-status") is var status and not "0")
            return new CheckResult(CheckStatus.Critical, $"gRPC check {check.Target}: status {status ?? "missing"} {Header(response, "grpc-message")}".TrimEnd());
        var serving = ServingStatus(answer);
        return serving == 1
            ? new CheckResult(CheckStatus.Passing, $"gRPC check {check.Target}: success")
            : new CheckResult(CheckStatus.Critical, $"gRPC {check.Target} serving status: {Name(serving)}");
    }

    /// <summary>The field 1 of the answer; 0 when it is not there, as protobuf leaves out zero; -1 when this is no answer.</summary>
    private static int ServingStatus(ReadOnlySpan<byte> answer) => answer switch
    {
        [0, 0, 0, 0, 0] => 0,
        [0, 0, 0, 0, 2, 0x08, < 0x80 and var status] => status,
        _ => -1,
    };

    private static string Name(int serving) => serving switch
    {
        0 => "UNKNOWN",
        2 => "NOT_SERVING",
        3 => "SERVICE_UNKNOWN",
        _ => "unreadable",
    };

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;

    private static byte[] Frame(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        return name.Length == 0 ? new byte[FrameHeader] : [0, 0, 0, 0, (byte)(name.Length + 2), 0x0A, (byte)name.Length, .. name];
    }
}
