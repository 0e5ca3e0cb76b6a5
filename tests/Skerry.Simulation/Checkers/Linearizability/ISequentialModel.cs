namespace Skerry.Simulation;

/// <summary>What one object does when nobody is concurrent: a state that fits a number, and what each operation makes of it.</summary>
internal interface ISequentialModel
{
    /// <summary>The state before anything happened.</summary>
    long Initial { get; }

    /// <summary>What an operation does to a state, and answers.</summary>
    long Step(long state, in Operation operation, out long result);
}
