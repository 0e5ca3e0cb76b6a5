namespace Skerry.Manifest.Driver.Group;

/// <summary>What an operator may have done with a member; the numbers are on the wire.</summary>
internal enum MemberAction
{
    /// <summary>A node becomes an observer.</summary>
    Add = 1,

    /// <summary>An observer gets a vote.</summary>
    Promote = 2,

    /// <summary>A voter becomes an observer.</summary>
    Demote = 3,

    /// <summary>A member goes.</summary>
    Remove = 4,

    /// <summary>It leads from now on.</summary>
    Transfer = 5,
}
