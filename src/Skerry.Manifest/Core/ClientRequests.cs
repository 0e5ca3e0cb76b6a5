namespace Skerry.Manifest.Core;

/// <summary>The requests of one client that were applied and that it may still repeat.</summary>
internal sealed class ClientRequests(ulong client)
{
    /// <summary>Twice what a node has under way at a time: a client that never says what is settled loses its oldest.</summary>
    public const int Most = 2 * ManifestLimits.MaxPending;

    private readonly Dictionary<ulong, RequestOutcome> _outcomes = [];

    public ulong Client { get; } = client;

    /// <summary>Requests below are settled: one that arrives now was given up.</summary>
    public ulong Floor { get; private set; } = 1;

    /// <summary>When it was heard last, counted in commands.</summary>
    public ulong LastUsed { get; set; }

    /// <summary>A sum over what is remembered.</summary>
    public ulong Hash { get; private set; }

    public IEnumerable<(ulong Sequence, RequestOutcome Outcome)> InOrder => _outcomes.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value));

    public bool TryFind(ulong sequence, out RequestOutcome outcome) => _outcomes.TryGetValue(sequence, out outcome);

    public void Add(ulong sequence, RequestOutcome outcome)
    {
        _outcomes[sequence] = outcome;
        Hash += outcome.Hash(Client, sequence);
        if (_outcomes.Count > Most) Settle(_outcomes.Keys.Order().Skip(Most / 4).First());
    }

    public void Settle(ulong floor)
    {
        if (floor <= Floor) return;
        // A floor may leap by any number: walk whichever is shorter.
        if (floor - Floor <= (ulong)_outcomes.Count)
        {
            for (; Floor < floor; Floor++) Forget(Floor);
        }
        else
        {
            foreach (var sequence in _outcomes.Keys.Where(sequence => sequence < floor).ToArray()) Forget(sequence);
            Floor = floor;
        }
    }

    private void Forget(ulong sequence)
    {
        if (_outcomes.Remove(sequence, out var outcome)) Hash -= outcome.Hash(Client, sequence);
    }
}
