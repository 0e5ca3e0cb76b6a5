namespace Skerry.Manifest;

/// <summary>One step of a <see cref="SequenceOp"/>.</summary>
public sealed record SequenceStep
{
    /// <summary>What it does.</summary>
    public required SequenceVerb Verb { get; init; }

    /// <summary>The key, or for whole trees what their keys begin with. Only that may be empty.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>What is written.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The client's flags, of what is written.</summary>
    public ulong Flags { get; init; }

    /// <summary>The revision the key must have, for verbs that ask for one.</summary>
    public long Index { get; init; }

    /// <summary>The session, for verbs that need one.</summary>
    public string Session { get; init; } = "";

    /// <summary>Whether it can change something.</summary>
    public bool IsWrite => Verb is SequenceVerb.Set or SequenceVerb.Cas or SequenceVerb.Lock or SequenceVerb.Unlock or SequenceVerb.Delete or SequenceVerb.DeleteTree or SequenceVerb.DeleteCas;
}
