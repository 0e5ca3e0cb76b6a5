using System.Globalization;

namespace Skerry.Gateway.Plugins.RateLimit;

/// <summary>Lets requests through at a rate; the rest gets 429.</summary>
internal sealed class RateLimitPlugin(RateLimitOptions options, TimeProvider time) : GatewayPlugin
{
    private const string HeaderKey = "header:";

    private readonly string? _header = options.Key.StartsWith(HeaderKey, StringComparison.Ordinal) ? options.Key[HeaderKey.Length..] : null;
    private readonly bool _isForAll = options.Key == "all";
    private TokenBuckets _buckets = null!;
    private long _limited;

    private string Key => options.Key;

    public override object State => new { key = options.Key, limited = Interlocked.Read(ref _limited), keys = _buckets.Count };

    public override IEnumerable<GatewayError> Validate(string path)
    {
        if (options.Key is not ("client-ip" or "all") && _header is not { Length: > 0 })
            yield return new GatewayError($"{path}.key", $"'{options.Key}' is unknown; allowed: client-ip, all, header:NAME");
    }

    public override void Prepare(GatewayPlugin? before)
    {
        // A change of the rate is no reason to forget who has used theirs up.
        _buckets = before is RateLimitPlugin same && same.Key == options.Key ? same._buckets : new TokenBuckets(time);
        _buckets.Change(options.Rate, options.Burst, options.MaxKeys);
    }

    public override ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        var key = _isForAll ? "" : _header is null ? context.ClientAddress : context.RequestHeaders[_header].ToString();
        var wait = _buckets.Take(key);
        if (wait <= 0) return new ValueTask<bool>(true);
        Interlocked.Increment(ref _limited);
        context.ResponseHeaders["Retry-After"] = Math.Max(1, (long)Math.Ceiling(wait)).ToString(CultureInfo.InvariantCulture);
        return context.AnswerAsync(429, "Too many requests: try again later.");
    }
}
