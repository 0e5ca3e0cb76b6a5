using System.Collections.Immutable;
using System.Globalization;
using System.Net;

using Skerry.Proxy.Forwarding;

namespace Skerry.Proxy.Parts;

/// <summary>Forwards, those of the configuration and those opened on request.</summary>
/// <param name="make">Makes one, bound and not started yet.</param>
/// <param name="instances">Counts the healthy instances that one could lead to.</param>
/// <param name="terms">What listeners have in common.</param>
internal sealed class ForwardPart(Func<string, ForwardOptions, bool, IForward> make, Func<ForwardOptions, int> instances, ConnectionTerms terms) : ProxyPart
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IForward> _requested = new(StringComparer.Ordinal);
    private ImmutableArray<IForward> _configured = [];
    private int _lastId;

    /// <summary>Every forward, configured ones first.</summary>
    public ImmutableArray<ForwardState> States
    {
        get { lock (_gate) return [.. _configured.Concat(_requested.Values).Select(StateOf)]; }
    }

    public override PreparedChange Prepare(ProxyOptions options)
    {
        var kept = options.Forwards.ToDictionary(wanted => wanted, wanted => _configured.FirstOrDefault(forward => IsAtSamePlace(forward.State.Options, wanted)));
        var opened = new Dictionary<ForwardOptions, IForward>();
        try
        {
            foreach (var wanted in options.Forwards.Where(wanted => kept[wanted] is null)) opened.Add(wanted, make(NextId(), wanted, true));
        }
        catch
        {
            // Nothing was started: closing ends at once.
            foreach (var forward in opened.Values) forward.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        return new PreparedChange(CommitAsync, UndoAsync);

        async Task CommitAsync()
        {
            var closed = _configured.Where(forward => !kept.ContainsValue(forward)).ToArray();
            foreach (var (wanted, forward) in kept) forward?.Change(wanted);
            lock (_gate) _configured = [.. options.Forwards.Select(wanted => kept[wanted] ?? opened[wanted])];
            foreach (var forward in opened.Values) Start(forward);
            foreach (var forward in closed) await CloseAsync(forward);
        }

        async Task UndoAsync()
        {
            foreach (var forward in opened.Values) await forward.DisposeAsync();
        }
    }

    /// <summary>Opens one beside the configured ones.</summary>
    /// <exception cref="ProxyException">The address cannot be bound.</exception>
    public ForwardState Open(ForwardOptions options)
    {
        var forward = make(NextId(), options, false);
        lock (_gate) _requested.Add(forward.State.Id, forward);
        Start(forward);
        return StateOf(forward);
    }

    /// <summary>Closes one that was opened so; false when there is none.</summary>
    public async Task<bool> CloseAsync(string id)
    {
        IForward? forward;
        lock (_gate)
        {
            if (!_requested.Remove(id, out forward)) return false;
        }

        await CloseAsync(forward);
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        IForward[] all;
        lock (_gate)
        {
            all = [.. _configured, .. _requested.Values];
            _configured = [];
            _requested.Clear();
        }

        foreach (var forward in all) await CloseAsync(forward);
    }

    /// <summary>Port 0 is another port for each that asks for it.</summary>
    private static bool IsAtSamePlace(ForwardOptions one, ForwardOptions other) =>
        one.Network == other.Network && one.Listen.Equals(other.Listen) && (one.Listen.Port != 0 || one == other);

    private ForwardState StateOf(IForward forward) => forward.State with { Instances = instances(forward.State.Options) };

    private string NextId() => Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);

    private void Start(IForward forward)
    {
        forward.Start();
        var (id, options, address) = (forward.State.Id, forward.State.Options, forward.State.Address);
        ProxyLog.ForwardOpened(terms.Logger, id, options.Network, address.ToString(), options.Group.Length > 0 ? $"{options.Service}@{options.Group}" : options.Service);
        if (!IPAddress.IsLoopback(address.Address)) ProxyLog.Open(terms.Logger, "A forward", address.ToString());
    }

    private async Task CloseAsync(IForward forward)
    {
        await forward.DisposeAsync();
        ProxyLog.ForwardClosed(terms.Logger, forward.State.Id);
    }
}
