using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>What came of the fuzzed bytes: how often each error, and the most one decode allocated.</summary>
internal sealed class FuzzOutcome
{
    private readonly long[] _errors = new long[Enum.GetValues<DecodeError>().Length];

    /// <summary>Packets or streams decoded.</summary>
    public long Inputs { get; set; }

    /// <summary>Messages understood in them.</summary>
    public long Messages { get; set; }

    /// <summary>Bytes allocated by the decode that allocated the most beyond its allowance; not positive when all kept to it.</summary>
    public long Excess { get; set; } = long.MinValue;

    public long this[DecodeError error] => _errors[(int)error];

    public void Count(DecodeError error) => _errors[(int)error]++;

    public void Add(FuzzOutcome other)
    {
        Inputs += other.Inputs;
        Messages += other.Messages;
        Excess = Math.Max(Excess, other.Excess);
        for (var i = 0; i < _errors.Length; i++) _errors[i] += other._errors[i];
    }

    public override string ToString() =>
        $"{Inputs} inputs, {Messages} messages, excess {Excess}, "
        + string.Join(", ", Enum.GetValues<DecodeError>().Where(error => this[error] > 0).Select(error => $"{error} {this[error]}"));
}
