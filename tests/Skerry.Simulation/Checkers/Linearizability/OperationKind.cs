namespace Skerry.Simulation;

/// <summary>What a client does to an object.</summary>
internal enum OperationKind : byte
{
    /// <summary>Register: its value.</summary>
    Read,

    /// <summary>Register: sets it to A.</summary>
    Write,

    /// <summary>Register: sets it to B where it is A; 1 where it was.</summary>
    CompareAndSwap,

    /// <summary>Lock: takes it for A; 1 where it was free.</summary>
    Acquire,

    /// <summary>Lock: frees it where A holds it; 1 where it did.</summary>
    Release,

    /// <summary>Lock: who holds it; 0 nobody.</summary>
    Holder,

    /// <summary>Set: adds A (0 to 62); 1 where it was not in it.</summary>
    Add,

    /// <summary>Set: removes A; 1 where it was in it.</summary>
    Remove,

    /// <summary>Set: all that is in it, a bit each.</summary>
    Elements,

    /// <summary>Lock: takes it for A, or keeps it; 1 where A has it then.</summary>
    Take,
}
