namespace Skerry.Lab.Programs;

/// <summary>What a test asks of a program on a lab's machine.</summary>
internal abstract record Request
{
    /// <summary>The answer bears it too.</summary>
    public int Id { get; init; }

    /// <summary>The verb; the program says which it knows.</summary>
    public required string Do { get; init; }
}
