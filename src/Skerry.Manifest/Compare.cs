namespace Skerry.Manifest;

/// <summary>A condition of a transaction on a key, or on every key of a range. A key that is not there has zeros for numbers, and no value to compare.</summary>
public sealed class Compare
{
    /// <summary>Which keys.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>What of them.</summary>
    public CompareTarget Target { get; init; }

    /// <summary>How it must stand to what is given.</summary>
    public CompareResult Result { get; init; }

    /// <summary>The number to compare with, for all targets but <see cref="CompareTarget.Value"/>.</summary>
    public long Number { get; init; }

    /// <summary>The bytes to compare with, for <see cref="CompareTarget.Value"/>.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }
}
