using System.Security.Cryptography;

namespace Skerry.Agent.Demo;

/// <summary>One long download through a gateway, and whether what came is what was sent.</summary>
/// <param name="source">Where from.</param>
internal sealed class DownloadProbe(Uri source)
{
    private readonly TaskCompletionSource<string> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the node that answers, once a part of it has come.</summary>
    public Task<string> Begun => _begun.Task;

    /// <summary>Runs to its end.</summary>
    /// <returns>Null: every byte is right. Else what is wrong.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
            using var answer = await http.GetAsync(source, HttpCompletionOption.ResponseHeadersRead, cancellation);
            answer.EnsureSuccessStatusCode();
            var node = answer.Headers.GetValues(DemoService.NodeHeader).First();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            var (buffer, total) = (new byte[64 << 10], 0L);
            int count;
            while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                total += count;
                if (total > DemoService.DownloadLength / 8) _begun.TrySetResult(node);
            }

            var isWhole = hash.GetCurrentHash().AsSpan().SequenceEqual(Expected());
            return isWhole ? null : $"the checksum of the download's {total} bytes is wrong";
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return "the download broke off: " + failed.Message;
        }
        finally
        {
            _begun.TrySetResult("");
        }
    }

    private static byte[] Expected()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in DemoService.Download()) hash.AppendData(piece);
        return hash.GetCurrentHash();
    }
}
