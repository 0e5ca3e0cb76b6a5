using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;

using Microsoft.AspNetCore.Http;

using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Forwards a request to an instance, and to another when that is safe and the first fails. Ends a pipeline.</summary>
internal sealed class UpstreamPlugin(UpstreamOptions options, PluginEnvironment environment) : GatewayPlugin
{
    private readonly ExchangeTerms _terms = new((long)options.FirstByteTimeout.TotalMilliseconds, Milliseconds(options.IdleTimeout), options.PreserveHost);
    private readonly long _timeout = Milliseconds(options.Timeout);
    private RetryBudget _budget = new();
    private TargetSet _targets = null!;
    private HttpClientForwarder _httpClient = null!;
    private long _retries;

    public override object State => new
    {
        service = options.Service,
        retries = Interlocked.Read(ref _retries),
        targets = _targets.Balancer.Targets.Select(target => target.Target.State).ToArray(),
    };

    public override IEnumerable<GatewayError> Validate(string path)
    {
        if (options.Service.Length > 0 == !options.Addresses.IsEmpty) yield return new GatewayError(path, "needs either 'service' or 'addresses', and not both");
        if (options.Service.Length == 0 && options.Tag.Length > 0) yield return new GatewayError($"{path}.tag", "chooses among the instances of a 'service'; there is none");
        foreach (var address in options.Addresses)
        {
            if (TargetSet.Parse(address) is null) yield return new GatewayError($"{path}.addresses", $"'{address}' is no HOST:PORT");
        }

        if (options.ConnectTimeout <= TimeSpan.Zero) yield return new GatewayError($"{path}.connectTimeout", "must be more than zero");
        if (options.FirstByteTimeout <= TimeSpan.Zero) yield return new GatewayError($"{path}.firstByteTimeout", "must be more than zero");
        if (options.IdleTimeout < TimeSpan.Zero) yield return new GatewayError($"{path}.idleTimeout", "must not be negative");
        if (options.Timeout < TimeSpan.Zero) yield return new GatewayError($"{path}.timeout", "must not be negative");
        if (options.EjectFor <= TimeSpan.Zero) yield return new GatewayError($"{path}.ejectFor", "must be more than zero");
    }

    public override void Prepare(GatewayPlugin? before)
    {
        if (before is UpstreamPlugin replaced) _budget = replaced._budget;
        _targets = new TargetSet(options, environment.Targets, environment.Catalog, environment.Far);
        _httpClient = new HttpClientForwarder(options, environment.Forwarder, environment.Far);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        if (HttpMethods.IsConnect(context.Method) && !_httpClient.Takes(context)) return await context.AnswerAsync(405, "The gateway is no forward proxy.");
        _budget.OnRequest(options.RetryBudget);
        environment.Targets.Watch.Wake();
        var end = environment.Targets.Watch.In(_timeout);
        var balancer = _targets.Balancer;
        Attempts? attempts = null;
        UpstreamFailure? last = null;
        for (var attempt = 0; ; attempt++)
        {
            var chosen = balancer.Choose(attempts is null ? [] : attempts.Failed);
            if (chosen is null) return await AnswerFailureAsync(context, last);
            AttemptOutcome? known = null;
            var span = GatewayTracing.BeginAttempt(context, chosen.Target, options.Service, attempt);
            chosen.Target.Begin();
            try
            {
                known = _httpClient.Takes(context)
                    ? await _httpClient.SendAsync(context, chosen)
                    : await ForwardAsync(context, chosen, attempts?.NeedsNew == true, end);
            }
            catch (BadRequestException refused)
            {
                return await context.AnswerAsync(400, refused.Message);
            }
            finally
            {
                chosen.Target.End();
                GatewayTracing.EndAttempt(span, context, known);
            }

            var outcome = known.Value;
            if (outcome.Failure is not { } failure)
            {
                chosen.Target.Succeeded();
                return false;
            }

            last = failure;
            attempts ??= new Attempts();
            if (!await MayGoOnAsync(context, chosen, outcome, attempts, end)) return await AnswerFailureAsync(context, failure);
        }
    }

    public override void Dispose()
    {
        _targets?.Dispose();
        _httpClient?.Dispose();
        base.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> ForwardAsync(GatewayContext context, WeightedTarget chosen, bool needsNew, long end)
    {
        var (watch, target) = (environment.Targets.Watch, chosen.Target);
        var connection = needsNew ? null : target.Idle.TryRent();
        var wasKept = connection is not null;
        try
        {
            connection ??= await UpstreamConnection.OpenAsync(
                target.EndPoint, environment.Loops.Here(), watch, options.ConnectTimeout, chosen.IsFar && context.Attempt is { } opener ? Announcing(opener) : null, context.Aborted);
            if (context.Attempt is { } span) Join(span, connection, wasKept);
            if (await connection.Exchange.RunAsync(context, _terms, target.Name, end))
            {
                target.Idle.Return(connection, options.MaxIdleConnections);
                connection = null;
            }

            return default;
        }
        catch (UpstreamException failed)
        {
            GatewayLog.AttemptFailed(environment.Logger, target.Name, failed.Message);
            var exchange = connection?.Exchange;
            // A kept connection that turns out closed says nothing about the instance.
            return new AttemptOutcome(failed.Failure, wasKept && failed.Failure == UpstreamFailure.Closed, exchange?.HasTakenBody == true, exchange?.HasAnswer == true);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <summary>What carries the connection on belongs to the trace it is opened for.</summary>
    private Action<IPEndPoint> Announcing(Activity span) => from => environment.Far!.Announce(from, span.Context);

    /// <summary>The spans below a kept connection are in the trace that it was opened for: a link leads there.</summary>
    private static void Join(Activity span, UpstreamConnection connection, bool wasKept)
    {
        if (!wasKept) connection.OpenedFor = span.Context;
        else if (connection.OpenedFor != default && span.IsAllDataRequested) span.AddLink(new ActivityLink(connection.OpenedFor));
    }

    /// <summary>After a failure: whether another attempt follows. An answer under way that broke cannot be taken back: the client is cut off.</summary>
    private ValueTask<bool> MayGoOnAsync(GatewayContext context, WeightedTarget chosen, AttemptOutcome outcome, Attempts attempts, long end)
    {
        if (!outcome.WasStale) chosen.Target.Failed(options.EjectAfter, options.EjectFor);
        if (context.HasStarted) throw new AnswerBrokenException();
        context.ResponseHeaders.Clear();
        if (!IsRepeatable(context, outcome, end)) return new ValueTask<bool>(false);
        if (outcome.WasStale)
        {
            // A connection that was closed while it was kept is nobody's failure: a new one costs no retry.
            if (attempts.NeedsNew) return new ValueTask<bool>(false);
            attempts.NeedsNew = true;
            return new ValueTask<bool>(true);
        }

        attempts.Add(chosen);
        if (attempts.Failed.Length > options.Retries || !_budget.TryTake()) return new ValueTask<bool>(false);
        Interlocked.Increment(ref _retries);
        return new ValueTask<bool>(true);
    }

    /// <summary>
    /// Safe to repeat: nothing of the body is gone that another attempt would need, and either there was no connection to carry the request, or its method means the
    /// same twice and no byte of an answer has come (RFC 9110, section 9.2.2).
    /// </summary>
    private bool IsRepeatable(GatewayContext context, AttemptOutcome outcome, long end)
    {
        if (outcome.HasTakenBody || context.Aborted.IsCancellationRequested || environment.Targets.Watch.In(0) >= end) return false;
        if (outcome.Failure is UpstreamFailure.Connect or UpstreamFailure.ConnectTimeout) return true;
        return IsIdempotent(context.Method) && !outcome.HasAnswer;
    }

    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);

    private ValueTask<bool> AnswerFailureAsync(GatewayContext context, UpstreamFailure? failure) => failure switch
    {
        null => context.AnswerAsync(503, options.Service.Length > 0 ? $"No healthy instance of {options.Service}." : "No instance."),
        UpstreamFailure.ConnectTimeout or UpstreamFailure.FirstByteTimeout or UpstreamFailure.BodyTimeout => context.AnswerAsync(504, "The instance did not answer in time."),
        _ => context.AnswerAsync(502, "The instance did not answer properly."),
    };

    private static long Milliseconds(TimeSpan time) => time > TimeSpan.Zero ? (long)time.TotalMilliseconds : long.MaxValue;
}
