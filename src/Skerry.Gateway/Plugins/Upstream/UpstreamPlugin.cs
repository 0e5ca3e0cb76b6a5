using Microsoft.AspNetCore.Http;

using Skerry.Gateway.Http1;

using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Forwards a request to an instance, and to another when that is safe and the first fails. Ends a pipeline.</summary>
internal sealed class UpstreamPlugin : GatewayPlugin
{
    private readonly UpstreamOptions _options;
    private readonly PluginEnvironment _environment;
    private readonly TargetSet _targets;
    private readonly HttpClientForwarder? _httpClient;
    private readonly RetryBudget _budget;
    private readonly ForwardedHeaders _forwarded;
    private long _retries;

    public UpstreamPlugin(UpstreamOptions options, PluginEnvironment environment)
    {
        _options = options;
        _environment = environment;
        _targets = new TargetSet(options, environment.Targets, environment.Catalog);
        _httpClient = environment.Forwarder is null ? null : new HttpClientForwarder(options, environment.Forwarder);
        _budget = new RetryBudget(options.RetryBudget);
        _forwarded = new ForwardedHeaders(options.TrustForwarded);
    }

    public override object State => new { service = _options.Service, retries = Interlocked.Read(ref _retries), targets = _targets.Balancer.Targets.Select(target => target.Target.State) };

    public override IEnumerable<GatewayError> Validate(string path)
    {
        if (_options.Service.Length > 0 == !_options.Addresses.IsEmpty) yield return new GatewayError(path, "needs either 'service' or 'addresses', and not both");
        foreach (var address in _options.Addresses)
        {
            if (TargetSet.Parse(address) is null) yield return new GatewayError($"{path}.addresses", $"'{address}' is no HOST:PORT");
        }

        if (_options.ConnectTimeout <= TimeSpan.Zero) yield return new GatewayError($"{path}.connectTimeout", "must be more than zero");
        if (_options.FirstByteTimeout <= TimeSpan.Zero) yield return new GatewayError($"{path}.firstByteTimeout", "must be more than zero");
        if (_options.IdleTimeout < TimeSpan.Zero || _options.Timeout < TimeSpan.Zero) yield return new GatewayError(path, "timeouts must not be negative");
        if (_options.EjectFor <= TimeSpan.Zero) yield return new GatewayError($"{path}.ejectFor", "must be more than zero");
    }

    public override async ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        _budget.OnRequest();
        var watch = _environment.Targets.Watch;
        var end = _options.Timeout > TimeSpan.Zero ? watch.Now + (long)_options.Timeout.TotalMilliseconds : long.MaxValue;
        var balancer = _targets.Balancer;
        var attempt = new Attempt(end);
        while (true)
        {
            var chosen = balancer.Choose(attempt.Tried);
            if (chosen is null) return await AnswerFailureAsync(context, attempt.LastFailure);
            try
            {
                if (_httpClient?.Takes(context) == true) return await ForwardByClientAsync(context, chosen.Target);
                await ForwardAsync(context, chosen.Target, attempt);
                return false;
            }
            catch (UpstreamException failed)
            {
                GatewayLog.AttemptFailed(_environment.Logger, chosen.Target.Name, failed.Message);
                // A kept connection that turns out closed says nothing about the instance.
                if (!attempt.WasKept || failed.Failure != UpstreamFailure.Closed) chosen.Target.Failed(_options.EjectAfter, _options.EjectFor);
                if (context.HasStarted) throw;
                context.ResponseHeaders.Clear();
                attempt.LastFailure = failed.Failure;
                if (!MayRetry(context, attempt, failed)) return await AnswerFailureAsync(context, failed.Failure);
                if (!attempt.WasKept || failed.Failure != UpstreamFailure.Closed) attempt.Add(chosen);
                else attempt.ForceNew = true;
                Interlocked.Increment(ref _retries);
            }
            catch (BadRequestException refused)
            {
                return await context.AnswerAsync(400, refused.Message);
            }
        }
    }

    public override void Dispose()
    {
        _targets.Dispose();
        _httpClient?.Dispose();
        base.Dispose();
    }

    private async ValueTask ForwardAsync(GatewayContext context, Target target, Attempt attempt)
    {
        target.Begin();
        UpstreamConnection? connection = null;
        var watch = _environment.Targets.Watch;
        try
        {
            connection = attempt.ForceNew ? null : target.TryRent();
            attempt.WasKept = connection is not null;
            attempt.HasTakenBody = false;
            connection ??= await UpstreamConnection.OpenAsync(target.EndPoint, watch, _options.ConnectTimeout, context.Aborted);
            var limits = new ExchangeLimits((long)_options.FirstByteTimeout.TotalMilliseconds, Milliseconds(_options.IdleTimeout), attempt.End);
            var exchange = new Http1Exchange(context, connection, limits, watch);
            try
            {
                var host = _options.PreserveHost && context.RequestHeaders.Host.Count > 0 ? context.RequestHeaders.Host.ToString() : target.Name;
                if (await exchange.RunAsync(host, _forwarded))
                {
                    target.Return(connection, _options.MaxIdleConnections);
                    connection = null;
                }
            }
            finally
            {
                attempt.HasTakenBody = exchange.HasTakenBody;
                attempt.HasAnswer = exchange.HasAnswer;
            }

            target.Succeeded();
        }
        finally
        {
            connection?.Dispose();
            target.End();
        }
    }

    private async ValueTask<bool> ForwardByClientAsync(GatewayContext context, Target target)
    {
        target.Begin();
        try
        {
            var error = await _httpClient!.SendAsync(context, target);
            if (error == ForwarderError.None) target.Succeeded();
            else if (!context.Aborted.IsCancellationRequested) target.Failed(_options.EjectAfter, _options.EjectFor);
            return false;
        }
        finally
        {
            target.End();
        }
    }

    /// <summary>
    /// Safe to repeat: nothing of the body was taken from the client, and either no connection was there to carry the request, or the method means the same twice
    /// and no byte of an answer has come (RFC 9110, section 9.2.2).
    /// </summary>
    private bool MayRetry(GatewayContext context, Attempt attempt, UpstreamException failed)
    {
        if (attempt.HasTakenBody || context.Aborted.IsCancellationRequested) return false;
        if (_environment.Targets.Watch.Now >= attempt.End) return false;
        var neverSent = failed.Failure is UpstreamFailure.Connect or UpstreamFailure.ConnectTimeout;
        if (!neverSent && (!IsIdempotent(context.Method) || attempt.HasAnswer)) return false;
        // A connection that was closed while it was kept is nobody's failure: a new one costs no retry.
        if (attempt.WasKept && failed.Failure == UpstreamFailure.Closed) return true;
        return attempt.Count < _options.Retries && _budget.TryTake();
    }

    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);

    private ValueTask<bool> AnswerFailureAsync(GatewayContext context, UpstreamFailure? failure) => failure switch
    {
        null => context.AnswerAsync(503, _options.Service.Length > 0 ? $"No healthy instance of {_options.Service}." : "No instance."),
        UpstreamFailure.ConnectTimeout or UpstreamFailure.FirstByteTimeout or UpstreamFailure.BodyTimeout => context.AnswerAsync(504, "The instance did not answer in time."),
        _ => context.AnswerAsync(502, "The instance did not answer properly."),
    };

    private static long Milliseconds(TimeSpan time) => time > TimeSpan.Zero ? (long)time.TotalMilliseconds : long.MaxValue;
}
