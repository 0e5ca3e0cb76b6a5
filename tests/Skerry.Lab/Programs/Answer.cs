namespace Skerry.Lab.Programs;

/// <summary>What a program on a lab's machine answers, or tells of itself.</summary>
internal abstract record Answer
{
    /// <summary>The request's; 0: nobody asked.</summary>
    public int Id { get; init; }

    /// <summary>Why it did not work; null when it did.</summary>
    public string? Error { get; init; }

    /// <summary>How long the request took inside the program.</summary>
    public double Milliseconds { get; init; }
}
