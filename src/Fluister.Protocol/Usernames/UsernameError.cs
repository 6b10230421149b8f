namespace Fluister.Protocol.Usernames;

/// <summary>Why a text is no username: a closed set, for the person who typed it.</summary>
public enum UsernameError
{
    /// <summary>There is no point between nickname and number.</summary>
    SeparatorMissing,

    /// <summary>Nothing stands before the point.</summary>
    NicknameMissing,

    /// <summary>A nickname may not begin with a digit.</summary>
    NicknameBeginsWithDigit,

    /// <summary>A nickname has only a to z, 0 to 9 and the underscore.</summary>
    NicknameCharacter,

    /// <summary>The nickname is shorter than allowed.</summary>
    NicknameTooShort,

    /// <summary>The nickname is longer than allowed.</summary>
    NicknameTooLong,

    /// <summary>Nothing stands behind the point.</summary>
    NumberMissing,

    /// <summary>The number has something else than digits.</summary>
    NumberCharacter,

    /// <summary>The number may not be zero.</summary>
    NumberZero,

    /// <summary>The number must have at least two digits.</summary>
    NumberTooShort,

    /// <summary>A number of three digits or more may not begin with zero.</summary>
    NumberBeginsWithZero,

    /// <summary>The number does not fit 64 bits.</summary>
    NumberTooLarge,
}
